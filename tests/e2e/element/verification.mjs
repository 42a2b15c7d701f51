// Comparing emoji with somebody, or with another device of one's own.
import { CryptoEvent, VerificationPhase, VerificationRequestEvent, VerifierEvent } from "matrix-js-sdk/lib/crypto-api/index.js";

export class Verifications {
    #requests = new Map(); // by number
    #comparisons = new Map(); // the emoji that wait for a word, by number

    constructor(client, tell) {
        this.client = client;
        this.tell = tell;
        client.on(CryptoEvent.VerificationRequestReceived, (request) => this.#follow(request));
    }

    #follow(request) {
        const number = this.#requests.size + 1;
        this.#requests.set(number, request);
        let verifier;
        const changed = () => {
            if (request.verifier && request.verifier !== verifier) {
                verifier = request.verifier;
                verifier.on(VerifierEvent.ShowSas, (comparison) => {
                    this.#comparisons.set(number, comparison);
                    changed();
                });
                verifier.verify().catch(() => {}); // how it ended, the phase tells
            }
            this.tell({
                kind: "verification",
                number,
                user: request.otherUserId,
                device: request.otherDeviceId ?? "",
                room: request.roomId ?? "",
                ours: request.initiatedByMe,
                phase: VerificationPhase[request.phase],
                cancelled: request.cancellationCode ?? "",
                emoji: this.#comparisons.get(number)?.sas.emoji ?? [],
            });
        };
        request.on(VerificationRequestEvent.Change, changed);
        changed();
        return number;
    }

    commands = {
        // In a room with somebody; without a room with the own devices.
        requestVerification: async ({ user, room }) => {
            const crypto = this.client.getCrypto();
            return this.#follow(await (room ? crypto.requestVerificationDM(user, room) : crypto.requestOwnUserVerification()));
        },
        acceptVerification: ({ number }) => this.#requests.get(number).accept(),
        startVerification: async ({ number }) => void (await this.#requests.get(number).startVerification("m.sas.v1")),
        confirm: ({ number }) => this.#comparisons.get(number).confirm(),
        mismatch: ({ number }) => this.#comparisons.get(number).mismatch(),
    };
}
