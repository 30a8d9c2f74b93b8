/** The score command on files and folders. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

async function score(...args: string[]): Promise<{ code: number; stderr: string; stdout: string }> {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "src/main.ts", "score", ...args],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr), stdout: new TextDecoder().decode(stdout) };
}

const rows = (n: number, from = 0) =>
  Array.from(
    { length: n },
    (_, i) =>
      `2024-01-01 ${String(Math.floor((from + i) / 60) % 24).padStart(2, "0")}:${
        String((from + i) % 60).padStart(2, "0")
      }:00,${20 + (i * 7 % 11) / 10}`,
  );

Deno.test("the score command", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "millwright-score-"));
  const [input, output] = [join(folder, "in"), join(folder, "out")];
  await mkdir(join(input, "deep", "er"), { recursive: true });
  await writeFile(join(input, "one.csv"), ["timestamp,value", ...rows(400), "2024-01-01 23:59:00,90", ""].join("\n"));
  await writeFile(
    join(input, "deep", "er", "two.csv"),
    ["timestamp,a,b", ...rows(30).map((row) => `${row},1.5`)].join("\r\n"),
  );

  await t.step(
    "a folder is mirrored: one row of output per row of input, 0 to 1, and the outlier stands out",
    async () => {
      const { code, stderr } = await score("--in", input, "--out", output);
      assert.deepEqual([code, stderr.trim()], [0, "2 of 2 files scored."]);
      const lines = (await readFile(join(output, "one.csv"), "utf8")).trim().split("\n");
      assert.equal(lines[0], "timestamp,score");
      assert.equal(lines.length, 402);
      const scores = lines.slice(1).map((line) => Number(line.split(",")[1]));
      assert.equal(scores.indexOf(Math.max(...scores)), 400);
      assert.ok(scores[400] > 0.7 && scores.every((one) => one >= 0 && one <= 1));
      assert.equal((await readFile(join(output, "deep", "er", "two.csv"), "utf8")).trim().split("\n").length, 31);
    },
  );

  await t.step("bad rows are named by file and line; the other files go on; the exit code says so", async () => {
    const bad = join(input, "bad.csv");
    await writeFile(
      bad,
      "timestamp,value\n2024-01-01 00:00:00,1\n2024-01-01 00:01:00,NaN\nyesterday,2\n2024-01-01 00:03:00\n",
    );
    const { code, stderr } = await score("--in", input, "--out", output);
    assert.equal(code, 1);
    for (
      const line of [
        `${bad}:3: "NaN" is not a finite number`,
        `${bad}:4: "yesterday" is not a time`,
        `${bad}:5: 1 cells instead of 2`,
        "2 of 3 files scored.",
      ]
    ) {
      assert.ok(stderr.includes(line), `${line} in ${stderr}`);
    }
  });

  await t.step("quoted cells, other line ends and a mark at the beginning are read like plain ones", async () => {
    const quoted = rows(300).map((row) => row.split(",").map((cell) => `"${cell}"`).join(","));
    const [plain, other] = [join(folder, "plain.csv"), join(folder, "quoted.csv")];
    await writeFile(plain, ["timestamp,value", ...rows(300), ""].join("\n"));
    await writeFile(other, `\ufeff"timestamp","value, in ""units"""\r\n${quoted.join("\r\n")}`);
    for (const file of [plain, other]) assert.equal((await score("--in", file, "--out", `${file}.out`)).code, 0);
    assert.equal(await readFile(`${other}.out`, "utf8"), await readFile(`${plain}.out`, "utf8"));
  });

  await t.step(
    "a quote that is not closed, and a bad row behind a cell of two lines, are named by their line",
    async () => {
      const [open, tall] = [join(folder, "open.csv"), join(folder, "tall.csv")];
      await writeFile(open, 'timestamp,value\n2024-01-01 00:00:00,"1\n2024-01-01 00:01:00,2\n');
      await writeFile(tall, 'timestamp,"value\nin units"\n2024-01-01 00:00:00,1\n2024-01-01 00:01:00,x\n');
      const seen = [
        await score("--in", open, "--out", join(folder, "o")),
        await score("--in", tall, "--out", join(folder, "o")),
      ];
      assert.deepEqual(seen.map(({ code }) => code), [1, 1]);
      assert.match(seen[0].stderr, /open\.csv:\d: Quote Not Closed/);
      assert.match(seen[1].stderr, /tall\.csv:4: "x" is not a finite number/);
    },
  );

  await t.step("a file without a header is refused, and does not lose its first row", async () => {
    for (
      const first of [
        "2024-01-01 00:00:00,1",
        "1704067200,1",
        '"2024-01-01T00:00:00Z",1',
        "-5,1",
        '"Jan 5, 2024 10:00",1',
      ]
    ) {
      const file = join(folder, "headless.csv");
      await writeFile(file, `${first}\n2024-01-01 00:01:00,2\n`);
      const { code, stderr } = await score("--in", file, "--out", join(folder, "o"));
      assert.equal(code, 1);
      assert.match(
        stderr,
        /headless\.csv:1: .* is a row and no header: put a first line such as timestamp,value above it/,
      );
    }
    const file = join(folder, "empty.csv");
    await writeFile(file, "");
    assert.match((await score("--in", file, "--out", join(folder, "o"))).stderr, /empty\.csv:1: the header has to be/);
  });

  await t.step("settings that are none are refused in sentences, without a stack", async () => {
    const zscore = (parameters: unknown) => JSON.stringify({ sensor: { detectors: { zscore: { parameters } } } });
    const wrong: [string, RegExp][] = [
      ["not json", /config\.json: is no JSON: /],
      ["[]", /config\.json: .*expected object, received array/],
      ['{"extra": 1}', /config\.json: extra: there is no such field/],
      ['{"sensor": {"episode": {"treshold": 1}}}', /config\.json: sensor\.episode\.treshold: there is no such field/],
      ['{"sensor": {"episode": {"threshold": 1e999}}}', /config\.json: sensor\.episode\.threshold: .*expected number/],
      ['{"sensor": {"detectors": {"oracle": {}}}}', /config\.json: sensor\.detectors\.oracle: there is no such field/],
      ['{"sensor": {"detectors": {"zscore": {"weight": 2}}}}', /sensor\.detectors\.zscore\.weight: .*<=1/],
      [zscore({ memory: { least: 2.5 } }), /sensor\.detectors\.zscore\.parameters\.memory\.least: .*int/],
      [zscore({ sigma: 20 }), /config\.json: sensor\.detectors\.zscore: zscore: this does not hold: cap > sigma/],
      ['{"format": "millwright-settings-1", "layers": []}', /config\.json: tenant: .*\n.*over: /],
    ];
    for (const [text, expected] of wrong) {
      const config = join(folder, "config.json");
      await writeFile(config, text);
      const { code, stderr } = await score(
        "--in",
        join(input, "one.csv"),
        "--out",
        join(folder, "o"),
        "--config",
        config,
      );
      assert.equal(code, 1, text);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });

  await t.step(
    "a folder for the scores of a file, and a file for those of a folder, are refused in a sentence",
    async () => {
      const one = join(input, "one.csv");
      for (const out of [join(folder, "new folder/"), input]) {
        const { code, stderr } = await score("--in", one, "--out", out);
        assert.equal(code, 2);
        assert.match(stderr, /--out is a folder, and --in a file: name the file, for example .*one\.csv/);
      }
      const { code, stderr } = await score("--in", input, "--out", one);
      assert.equal(code, 2);
      assert.match(stderr, /--out is a file, and --in a folder/);
    },
  );

  await t.step("other settings can be given", async () => {
    const { stdout } = await score("--print-config");
    const { sensor } = JSON.parse(stdout);
    const config = join(folder, "config.json");
    // Laid over the settings of the release: what is not wanted is taken out.
    const others = Object.keys(sensor.detectors).filter((name) => name !== "zscore").map((name) => [name, null]);
    await writeFile(
      config,
      JSON.stringify({ sensor: { detectors: Object.fromEntries(others), caution: { power: 0 } } }),
    );
    const { code } = await score("--in", join(input, "one.csv"), "--out", join(folder, "z.csv"), "--settings", config);
    assert.equal(code, 0);
    const last = (await readFile(join(folder, "z.csv"), "utf8")).trim().split("\n").at(-1)!;
    const { weight } = sensor.detectors.zscore;
    assert.ok(Math.abs(Number(last.split(",")[1]) - weight) < 1e-12);
  });

  await t.step(
    "the forest scores rows, ignores a last column named label, and equal seeds give equal bytes",
    async () => {
      const table = join(folder, "table.csv");
      await writeFile(
        table,
        ["x,y,label", ...Array.from({ length: 300 }, (_, i) => `${i % 17},${i % 13},0`), "900,-900,1"].join("\n"),
      );
      const run = async (out: string, seed: string) => {
        assert.equal(
          (await score(
            "--forest",
            "--in",
            table,
            "--out",
            join(folder, out),
            "--seed",
            seed,
            "--trees",
            "50",
            "--sample",
            "128",
          )).code,
          0,
        );
        return await readFile(join(folder, out), "utf8");
      };
      const [one, same, other] = [await run("f1.csv", "1"), await run("f2.csv", "1"), await run("f3.csv", "2")];
      assert.equal(one, same);
      assert.notEqual(one, other);
      const scores = one.trim().split("\n").slice(1).map(Number);
      assert.equal(scores.indexOf(Math.max(...scores)), 300);
    },
  );

  await t.step("without arguments it says what it needs", async () => {
    const { code, stderr } = await score();
    assert.equal(code, 2);
    assert.match(stderr, /--in and --out are both needed/);
  });
  await rm(folder, { recursive: true });
});
