// Rooms: making and joining them, who is in them, and which are direct messages.
import { ClientEvent, EventType } from "matrix-js-sdk";

export class Rooms {
    constructor(client, tell) {
        this.client = client;
        client.on(ClientEvent.Event, (event) => {
            if (event.getType() !== EventType.RoomMember) return;
            const [room, user, { membership }] = [event.getRoomId(), event.getStateKey(), event.getContent()];
            tell({ kind: "member", room, user, membership });
            if (user === client.getUserId() && membership === "invite") this.#accept(event);
        });
        client.on(ClientEvent.AccountData, (event) => {
            if (event.getType() === EventType.Direct) tell({ kind: "direct", rooms: event.getContent() });
        });
    }

    async #accept(invitation) {
        const room = invitation.getRoomId();
        try {
            await this.client.joinRoom(room);
            if (invitation.getContent().is_direct) await this.#markDirect(invitation.getSender(), room);
        } catch (error) {
            console.error("not joined:", room, error);
        }
    }

    async #markDirect(user, room) {
        const known = this.client.getAccountData(EventType.Direct)?.getContent() ?? {};
        const rooms = new Set([...(known[user] ?? []), room]);
        await this.client.setAccountData(EventType.Direct, { ...known, [user]: [...rooms] });
    }

    commands = {
        createRoom: async ({ options }) => (await this.client.createRoom(options)).room_id,
        join: async ({ room }) => void (await this.client.joinRoom(room)),
        leave: ({ room }) => this.client.leave(room),
        markDirect: ({ user, room }) => this.#markDirect(user, room),
    };
}
