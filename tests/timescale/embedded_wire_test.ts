/** The embedded store answers every message, wherever messages and chunks of bytes begin and end. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import postgres from "postgres";
import { type Embedded, openEmbedded } from "../../src/timescale/embedded.ts";
import { createConversation } from "../../src/timescale/embedded_wire.ts";
import { within } from "../fixtures/within.ts";
import {
  bind,
  close,
  describe,
  exchange,
  execute,
  flush,
  parse,
  parseOf,
  password,
  query,
  startup,
  sync,
} from "../fixtures/postgres_messages.ts";

/** The database takes in so many bytes at a time, and once looked no further when a message ended there. */
const INTAKE_BYTES = 8_192;
const LARGEST_BYTES = 1_048_576;
/** Execute and Sync, which the driver sends behind each Bind. */
const BEHIND_BIND_BYTES = execute.length + sync.length;

async function withEmbedded(test: (embedded: Embedded) => Promise<void>): Promise<void> {
  const embedded = await openEmbedded(undefined);
  try {
    await test(embedded);
  } finally {
    await embedded.close();
  }
}

function withWire(test: (wire: Duplex) => Promise<void>): Promise<void> {
  return withEmbedded(async (embedded) => {
    const wire = embedded.socket();
    assert.match(await exchange(wire, 1, startup, password), /^R R .*ZI$/);
    await test(wire);
    wire.destroy();
  });
}

Deno.test("a value of any length is answered, also where its message ends with the database's intake", async () => {
  await withEmbedded(async (embedded) => {
    const bindEnds = new Set<number>();
    let bindEnd = 0;
    const listening = () => {
      const wire = embedded.socket();
      const write = wire.write.bind(wire);
      return Object.assign(wire, {
        write(chunk: Uint8Array, ...rest: []) {
          bindEnd = chunk.length - BEHIND_BIND_BYTES;
          bindEnds.add(bindEnd);
          return write(chunk, ...rest);
        },
      });
    };
    const sql = postgres({
      ...{ socket: listening },
      max: 1,
      fetch_types: false,
      username: "postgres",
      password: "none",
      onnotice: () => {},
    });
    const measure = async (length: number) => {
      const [row] = await within(
        `${length} characters`,
        sql<{ length: number }[]>`SELECT length(${"x".repeat(length)}::text) AS length`,
      );
      assert.equal(row.length, length);
    };
    await measure(0);
    await measure(0);
    const overhead = bindEnd;
    const multiples = Array.from({ length: LARGEST_BYTES / INTAKE_BYTES }, (_, i) => (i + 1) * INTAKE_BYTES);
    const thorough = new Set([INTAKE_BYTES, 2 * INTAKE_BYTES, 13 * INTAKE_BYTES, LARGEST_BYTES]);
    for (const multiple of multiples) {
      const reach = thorough.has(multiple) ? 100 : 3;
      for (let off = -reach; off <= reach; off++) await measure(multiple - overhead + off);
    }
    for (const multiple of multiples) assert.ok(bindEnds.has(multiple), `no message ended at ${multiple}`);
    await sql.end();
  });
});

Deno.test("a message of any kind may end with the database's intake: what is behind it is answered", async () => {
  await withWire(async (wire) => {
    const kinds: [string, Uint8Array, string, number][] = [
      ["Parse", new Uint8Array(), "1 2 D C ZI", 1],
      ["Bind", bind("s"), "1 2 2 D C ZI", 1],
      ["Describe", describe("s"), "1 t T 2 D C ZI", 1],
      ["Execute", Buffer.concat([bind("s"), execute]), "1 2 D C 2 D C ZI", 1],
      ["Close", close("none"), "1 3 2 D C ZI", 1],
      ["Flush", flush, "1 2 D C ZI", 1],
      ["Sync", sync, "1 ZI 2 D C ZI", 2],
      ["Query", query("SELECT 1"), "1 T D C ZI 2 D C ZI", 2],
    ];
    for (const [kind, message, expected, ready] of kinds) {
      for (const intakes of [1, 2, 5]) {
        const filled = parseOf(intakes * INTAKE_BYTES - message.length, "s");
        const chunk = Buffer.concat([filled, message, bind("s"), execute, sync]);
        assert.equal(await exchange(wire, ready, chunk), expected, `${kind} at ${intakes} intakes`);
        assert.equal(await exchange(wire, 1, Buffer.concat([close("s"), sync])), "3 ZI");
      }
    }
  });
});

Deno.test("chunks may end anywhere: in a type, in a length, in a body, between messages", async () => {
  const bytes = Buffer.concat([startup, password, parse("SELECT $1::text"), bind("", "a value"), execute, sync]);
  await withEmbedded(async (embedded) => {
    for (const size of [1, 2, 3, 5, 7, 64, bytes.length]) {
      const wire = embedded.socket();
      const count = Math.ceil(bytes.length / size);
      const chunks = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      assert.match(await exchange(wire, 2, ...chunks), /^R R .*ZI 1 2 D C ZI$/, `chunks of ${size}`);
      wire.destroy();
    }
  });
});

Deno.test("after an error all up to the next Sync is skipped, and every Sync and Query has its one end", async () => {
  await withWire(async (wire) => {
    const behind = [parse("SELECT $1::text"), bind("", "a"), execute, sync];
    const long = "a".repeat(3 * INTAKE_BYTES);
    const cases: [string, Uint8Array[], string][] = [
      ["Parse", [parse("SELEC 1"), describe(), bind(), execute, sync], "42601 ZI"],
      ["Describe", [parse("SELECT 1"), describe("none"), bind(), execute, sync], "1 26000 ZI"],
      ["Bind", [parse("SELECT $1::int"), bind("", "a"), execute, sync], "1 22P02 ZI"],
      ["a long Bind", [parse("SELECT $1::int"), bind("", long), execute, sync], "1 22P02 ZI"],
      ["Execute", [parse("SELECT 1 / pg_backend_pid() * 0 / 0"), bind(), execute, sync], "1 2 22012 ZI"],
      ["Query", [query("SELEC 1")], "42601 ZI"],
      ["the second statement of a Query", [query("SELECT 1; SELECT 1 / 0")], "T D C 22012 ZI"],
    ];
    for (const [where, bad, expected] of cases) {
      for (const chunks of [[...bad, ...behind], [Buffer.concat([...bad, ...behind])]]) {
        const answer = await exchange(wire, 2, ...chunks);
        assert.equal(answer, `${expected} 1 2 D C ZI`, `${where} in ${chunks.length} chunks`);
      }
    }
    const failed = [query("BEGIN"), parse("SELEC 1"), sync, query("SELECT 1"), query("ROLLBACK"), ...behind];
    assert.equal(await exchange(wire, 5, Buffer.concat(failed)), "C ZT 42601 ZE 25P02 ZE C ZI 1 2 D C ZI");
  });
});

Deno.test("an answer that is not the one owed is a breakdown, whatever else came", () => {
  const said = (types: string) => Buffer.concat([...types].map((type) => Buffer.from(`${type}\0\0\0\x05I`)));
  const hears = (...turns: [Uint8Array, string][]) => () => {
    const conversation = createConversation();
    for (const [message, types] of turns) conversation.hear(message, said(types));
    return conversation.idle;
  };
  for (const message of [sync, query("SELECT 1"), password]) {
    assert.throws(hears([message, ""]), /it answered a message of type . with nothing/);
    for (const types of ["2", "N", "E", "TDC", "ZZ", "ZC", "EZTDZ"]) {
      assert.throws(hears([message, types]), /with /, types);
    }
    for (const types of ["Z", "EZ", "NTDCSZA"]) assert.equal(hears([message, types])(), true, types);
  }
  for (const message of [parse("SELECT 1"), bind(), describe(), execute, close("s")]) {
    for (const types of ["", "N", "Z", "EZ", "R"]) assert.throws(hears([message, types]), /with /, types);
    assert.equal(hears([message, "NE"])(), false);
    assert.equal(hears([message, "E"], [execute, ""], [sync, "Z"])(), true);
    assert.throws(hears([message, "E"], [execute, "C"]), /type E with C/);
    assert.throws(hears([message, "E"], [sync, ""]), /type S with nothing/);
  }
  for (const cut of [1, 4, 5]) {
    const part = said("TZ").subarray(0, -cut);
    assert.throws(() => createConversation().hear(query("SELECT 1"), part), /ends within a message/);
  }
  const tooShort = Buffer.from("Z\0\0\0\x03I");
  assert.throws(() => createConversation().hear(sync, tooShort), /ends within a message/);
});

Deno.test("an error that says that the disk is full or fails is a breakdown, since the database's log may be torn", () => {
  const hears = (code: string) => () => {
    const fields = Buffer.from(`SERROR\0C${code}\0Mno room on the C drive\0\0`);
    const length = Buffer.from([0, 0, 0, fields.length + 4]);
    const answer = Buffer.concat([Buffer.from("E"), length, fields, Buffer.from("Z\0\0\0\x05I")]);
    createConversation().hear(query("SELECT 1"), answer);
  };
  for (const code of ["53100", "58000", "58030", "58P02"]) {
    assert.throws(hears(code), /its disk is full or fails \(no room on the C drive\)/, code);
  }
  for (const code of ["53200", "54000", "25006", "22P02"]) hears(code)();
});
