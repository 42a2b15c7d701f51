// A client like Element: one user at one device, driven by lines of JSON.
//
// stdin   {"id": 1, "do": "send", ...arguments}
// stdout  {"id": 1, "result": ...} or {"id": 1, "error": "..."}, and what happens: {"kind": "message", ...}
// stderr  what the SDK logs
//
// It ends when stdin does.
import { Console } from "node:console";
import { createInterface } from "node:readline";

globalThis.console = new Console(process.stderr);
const { Session } = await import("./session.mjs");
const { Timeline } = await import("./timeline.mjs");
const { Rooms } = await import("./rooms.mjs");
const { Verifications } = await import("./verification.mjs");

const write = (record) => process.stdout.write(`${JSON.stringify(record)}\n`);
const session = new Session(write);

async function run({ id, do: name, ...args }) {
    try {
        if (!Object.hasOwn(commands, name)) throw new Error(`no command "${name}"`);
        write({ id, result: (await commands[name](args)) ?? null });
    } catch (error) {
        write({ id, error: error?.message ?? String(error) });
    }
}

// What can be done before somebody has logged in.
const commands = {
    async logIn(args) {
        const account = await session.logIn(args);
        const { client } = session;
        const timeline = new Timeline(client, write);
        const parts = [session, timeline, new Rooms(client, write), new Verifications(client, write)];
        for (const part of parts) Object.assign(commands, part.commands);
        await session.start();
        await timeline.settled();
        return account;
    },
};

process.on("unhandledRejection", (error) => console.error("unhandled:", error));
createInterface({ input: process.stdin })
    .on("line", (line) => run(JSON.parse(line)))
    .on("close", () => process.exit(0));
