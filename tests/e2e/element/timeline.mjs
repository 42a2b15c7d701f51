// Messages as they are shown: decrypted, edits folded in, with the shield beside them.
import { ClientEvent, MatrixEventEvent, RoomEvent } from "matrix-js-sdk";
import { DecryptionFailureCode, EventShieldColour, EventShieldReason } from "matrix-js-sdk/lib/crypto-api/index.js";
import { decryptAttachment } from "matrix-encrypt-attachment";

const shown = new Set(["m.room.message", "m.room.encrypted"]);

export class Timeline {
    #tells = Promise.resolve(); // in order, whatever the shields take

    constructor(client, tell) {
        this.client = client;
        this.tell = tell;
        client.on(ClientEvent.Event, (event) => this.#take(event));
        client.on(RoomEvent.Redaction, (event, room) => this.#show(room.roomId, event.event.redacts ?? event.getContent().redacts));
    }

    // Resolves when all that has arrived has been told.
    async settled() {
        let last;
        do {
            last = this.#tells;
            await last;
        } while (last !== this.#tells);
    }

    #take(event) {
        const [room, id] = [event.getRoomId(), event.getId()];
        if (!room || !shown.has(event.getWireType())) return;
        const known = this.#find(room, id) ?? event; // an own one was there before its echo
        known.on(MatrixEventEvent.Decrypted, () => this.#show(room, id, known));
        known.on(MatrixEventEvent.Replaced, () => this.#show(room, id, known));
        this.#show(room, id, known);
    }

    #find(room, id) {
        return this.client.getRoom(room)?.findEventById(id);
    }

    #show(room, id, event = this.#find(room, id)) {
        if (!event || !shown.has(event.getWireType())) return;
        this.#tells = this.#tells.then(async () => {
            await event.getDecryptionPromise();
            const edits = event.getWireContent()["m.relates_to"]?.rel_type === "m.replace";
            const other = event.getType() !== "m.room.message" && !event.isDecryptionFailure() && !event.isRedacted();
            if (!edits && !other) this.tell({ kind: "message", ...(await this.#describe(room, event)) });
        }).catch((error) => console.error("not shown:", id, error));
    }

    async #describe(room, event) {
        const unreadable = event.isDecryptionFailure();
        return {
            room,
            event_id: event.getId(),
            sender: event.getSender(),
            ts: event.getTs(),
            content: unreadable || event.isRedacted() ? {} : event.getContent(),
            relation: event.getWireContent()["m.relates_to"] ?? {},
            encrypted: event.isEncrypted() && !unreadable,
            unreadable: unreadable ? (event.decryptionFailureReason ?? DecryptionFailureCode.UNKNOWN_ERROR) : "",
            edited: event.replacingEventId() ?? "",
            redacted: event.isRedacted(),
            ...(await this.#shield(event)),
        };
    }

    // The colour of the warning beside a message: "NONE", "GREY" or "RED"; and what for.
    async #shield(event) {
        const info = event.isEncrypted() ? await this.client.getCrypto().getEncryptionInfoForEvent(event) : null;
        if (info === null) return { shield: "", warning: "" };
        return { shield: EventShieldColour[info.shieldColour], warning: EventShieldReason[info.shieldReason] ?? "" };
    }

    commands = {
        send: async ({ room, type, content }) => (await this.client.sendEvent(room, type, content)).event_id,

        redact: async ({ room, event }) => (await this.client.redactEvent(room, event)).event_id,

        // The decrypted bytes of an encrypted file, in base64.
        download: async ({ file }) => {
            const address = this.client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
            const answer = await fetch(address, { headers: { Authorization: `Bearer ${this.client.getAccessToken()}` } });
            if (!answer.ok) throw new Error(`downloading: ${answer.status}`);
            return Buffer.from(await decryptAttachment(await answer.arrayBuffer(), file)).toString("base64");
        },

        // Resolves when all that has happened on the homeserver so far has been told.
        catchUp: async ({ marker }) => {
            await this.client.setAccountData("test.actas.marker", { marker });
            await new Promise((resolve) => this.client.once(ClientEvent.Sync, resolve)); // rooms come after account data
            await this.settled();
        },
    };
}
