// An account at one device: logging in, its keys, and whom it trusts.
import { ClientEvent, createClient } from "matrix-js-sdk";
import { AllDevicesIsolationMode, CryptoEvent, OnlySignedDevicesIsolationMode, decodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/index.js";

const quiet = () => {};
const logger = { trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error, getChild: () => logger };
const modes = {
    signed: () => new OnlySignedDevicesIsolationMode(),
    all: () => new AllDevicesIsolationMode(false),
};

export class Session {
    #password;
    #storageKey = null; // of the secret storage

    constructor(tell) {
        this.tell = tell;
    }

    async logIn({ homeserver, user, password, device, isolation }) {
        const answer = await createClient({ baseUrl: homeserver, logger }).loginRequest({
            type: "m.login.password",
            identifier: { type: "m.id.user", user },
            password,
            initial_device_display_name: device,
        });
        this.#password = password;
        this.client = createClient({
            logger,
            baseUrl: homeserver,
            userId: answer.user_id,
            deviceId: answer.device_id,
            accessToken: answer.access_token,
            timelineSupport: true,
            verificationMethods: ["m.sas.v1"],
            cryptoCallbacks: {
                getSecretStorageKey: async ({ keys }) => this.#storageKey && [Object.keys(keys)[0], this.#storageKey],
                cacheSecretStorageKey: (_id, _info, key) => { this.#storageKey = key; },
            },
        });
        await this.client.initRustCrypto({ useIndexedDB: false });
        this.crypto = this.client.getCrypto();
        this.commands.isolate({ mode: isolation });
        return { user: answer.user_id, device: answer.device_id, token: answer.access_token };
    }

    async start() {
        const { promise, resolve, reject } = Promise.withResolvers();
        this.client.once(ClientEvent.Sync, (state, _before, data) => (state === "PREPARED" ? resolve() : reject(data?.error)));
        await this.client.startClient({ initialSyncLimit: 20, threadSupport: true });
        await promise;
    }

    // Replacing an identity takes the password, as a second attempt.
    #proven = async (request) => {
        try {
            return await request(null);
        } catch (error) {
            if (!error.data?.flows) throw error;
            const identifier = { type: "m.id.user", user: this.client.getUserId() };
            const { session } = error.data;
            return await request({ type: "m.login.password", identifier, password: this.#password, session });
        }
    };

    // Resolves when something holds, which an event of the SDK may bring about.
    async #until(event, holds) {
        const next = () => new Promise((resolve) => this.client.once(event, resolve));
        for (let changed = next(); !(await holds()); changed = next()) await changed;
    }

    commands = {
        isolate: ({ mode }) => this.crypto.setDeviceIsolationMode(modes[mode]()),

        // A first identity or a new one, this device signed by it, and the recovery key of both.
        publishIdentity: async ({ anew }) => {
            await this.crypto.bootstrapCrossSigning({ setupNewCrossSigning: anew, authUploadDeviceSigningKeys: this.#proven });
            const key = await this.crypto.createRecoveryKeyFromPassphrase();
            await this.crypto.bootstrapSecretStorage({ createSecretStorageKey: async () => key, setupNewSecretStorage: true });
            return { recoveryKey: key.encodedPrivateKey };
        },

        // Take the identity out of the secret storage and sign this device with it.
        recover: async ({ recoveryKey }) => {
            this.#storageKey = decodeRecoveryKey(recoveryKey);
            await this.crypto.userHasCrossSigningKeys(this.client.getUserId(), true); // fetches the public half first
            await this.crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: this.#proven });
            if (!(await this.crypto.isCrossSigningReady())) throw new Error("the recovery key did not bring the identity back");
        },

        userStatus: async ({ user }) => {
            const status = await this.crypto.getUserVerificationStatus(user);
            return {
                verified: status.isCrossSigningVerified(),
                needs_approval: status.needsUserApproval,
            };
        },

        // Every device of a user: whether its owner signed it.
        devices: async ({ user }) => {
            const devices = (await this.crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
            const signed = {};
            for (const id of devices.keys()) signed[id] = (await this.crypto.getDeviceVerificationStatus(user, id)).signedByOwner;
            return signed;
        },

        untilSigned: ({ user, device }) =>
            this.#until(CryptoEvent.DevicesUpdated, async () => (await this.commands.devices({ user }))[device]),

        untilVerified: ({ user }) =>
            this.#until(CryptoEvent.UserTrustStatusChanged, async () => (await this.commands.userStatus({ user })).verified),

        // Go on with somebody whose identity has changed.
        approve: async ({ user }) => {
            await this.crypto.withdrawVerificationRequirement(user);
            await this.crypto.pinCurrentUserIdentity(user);
        },

        // The Client-Server API itself; path is what follows /_matrix/client/v3.
        call: ({ method, path, body }) => this.client.http.authedRequest(method, path, undefined, body),

        logOut: () => this.client.logout(true),
    };
}
