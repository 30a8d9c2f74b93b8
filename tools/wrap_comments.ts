/**
 * Wraps comments at 120 columns, which the formatter leaves as they are: deno run -RW tools/wrap_comments.ts FILE ...
 */
import { readFile, writeFile } from "node:fs/promises";

const WIDTH = 120;
/** What begins a paragraph of its own: items of lists, and the labels in the descriptions of detectors. */
const ITEM = /^(?:[-*] |\d+\. )/;
const LABEL = /^(?:Idea|Formula|Parameters|Example|Source): /;

/** The text of `source` with its long comments wrapped; words and code are what they were. */
export function wrapComments(source: string): string {
  const lines = source.split("\n");
  const wrapped: string[] = [];
  for (let i = 0; i < lines.length;) {
    const single = /^(\s*)\/\*\* (.*) \*\/$/.exec(lines[i]);
    if (single !== null && lines[i].length > WIDTH) {
      const [, indent, text] = single;
      wrapped.push(`${indent}/**`, ...fill([text], { indent, leader: " * " }), `${indent} */`);
      i++;
      continue;
    }
    const [, indent, leader] = /^(\s*)(\/\/ | \* |-- )(?!deno-)/.exec(lines[i]) ?? [];
    if (leader === undefined) {
      wrapped.push(lines[i++]);
      continue;
    }
    const texts: string[] = [];
    const begin = `${indent}${leader}`;
    do texts.push(lines[i++].slice(begin.length)); while (
      i < lines.length && lines[i].startsWith(begin) && !startsParagraph(lines[i].slice(begin.length))
    );
    const isLong = texts.some((text) => begin.length + text.length > WIDTH);
    wrapped.push(...isLong ? fill(texts, { indent, leader }) : texts.map((text) => `${begin}${text}`));
  }
  return wrapped.join("\n");
}

function startsParagraph(text: string): boolean {
  return ITEM.test(text) || LABEL.test(text) || text.startsWith("deno-");
}

interface Place {
  readonly indent: string;
  readonly leader: string;
}

/** One paragraph, filled. Items and labels have their further lines set in. */
function fill(texts: readonly string[], { indent, leader }: Place): string[] {
  const hang = startsParagraph(texts[0]) ? "  " : "";
  const lines: string[] = [];
  let line = "";
  for (const word of texts.join(" ").split(/\s+/).filter(Boolean)) {
    const longer = line === "" ? `${indent}${leader}${lines.length > 0 ? hang : ""}${word}` : `${line} ${word}`;
    if (longer.length > WIDTH && line !== "") {
      lines.push(line);
      line = `${indent}${leader}${hang}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

if (import.meta.main) {
  for (const file of process.argv.slice(2)) {
    const before = await readFile(file, "utf8");
    const after = wrapComments(before);
    if (after === before) continue;
    await writeFile(file, after);
    console.log(`wrapped ${file}`);
  }
}
