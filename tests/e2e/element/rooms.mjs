// Rooms: making and joining them, who is in them, and which are direct messages.
import { ClientEvent, EventType, RoomMemberEvent } from "matrix-js-sdk";

export class Rooms {
    constructor(client, tell) {
        this.client = client;
        client.on(RoomMemberEvent.Membership, (_event, member) => {
            tell({ kind: "member", room: member.roomId, user: member.userId, membership: member.membership });
            if (member.userId === client.getUserId() && member.membership === "invite") this.#accept(member);
        });
        client.on(ClientEvent.AccountData, (event) => {
            if (event.getType() === EventType.Direct) tell({ kind: "direct", rooms: event.getContent() });
        });
    }

    #accept = async (member) => {
        try {
            await this.client.joinRoom(member.roomId);
            if (member.events.member.getContent().is_direct) await this.#markDirect(member.events.member.getSender(), member.roomId);
        } catch (error) {
            console.error("not joined:", member.roomId, error);
        }
    };

    #markDirect = async (user, room) => {
        const known = this.client.getAccountData(EventType.Direct)?.getContent() ?? {};
        const rooms = new Set([...(known[user] ?? []), room]);
        await this.client.setAccountData(EventType.Direct, { ...known, [user]: [...rooms] });
    };

    commands = {
        createRoom: async ({ options }) => (await this.client.createRoom(options)).room_id,
        join: ({ room }) => this.client.joinRoom(room).then(() => null),
        leave: ({ room }) => this.client.leave(room),
        markDirect: ({ user, room }) => this.#markDirect(user, room),
    };
}
