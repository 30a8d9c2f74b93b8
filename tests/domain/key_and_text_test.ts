/** What people may call things, and what they may write about them. */
import assert from "node:assert/strict";
import { KEY_LENGTH_MAX, keyFault } from "../../src/domain/key.ts";
import { TEXT_LENGTH_MAX, textFault } from "../../src/domain/text.ts";

const NUL = "a\u0000b";
const SURROGATES = ["lone \ud800", "\udc00 lone", "turned \udc00\ud800"];
const DIRECTIONS = ["\u202aleft", "right\u202e", "isolate\u2066", "end\u2069"];

Deno.test("texts of any script are fine, with tabs, line breaks and white space around them", () => {
  for (
    const text of [
      "Pump 7",
      "Насос №7",
      "七号泵",
      "مضخة",
      "🔑",
      "two\nlines\r\n\tand a tab",
      " around ",
      "°C",
      "[degF]",
    ]
  ) {
    assert.equal(textFault(text), undefined, text);
  }
});

Deno.test("a text that nobody can have meant is refused with what is wrong", () => {
  for (const text of ["", "  ", "\n"]) assert.equal(textFault(text), "is empty");
  for (
    const text of [
      NUL,
      "bell\u0007",
      "escape\u001b[31m",
      "delete\u007f",
      "next line\u0085",
      ...SURROGATES,
      ...DIRECTIONS,
    ]
  ) {
    assert.match(textFault(text)!, /control character/, JSON.stringify(text));
  }
  assert.equal(textFault("x".repeat(TEXT_LENGTH_MAX)), undefined);
  assert.equal(textFault("x".repeat(1_000_000)), `is 1000000 characters long, ${TEXT_LENGTH_MAX} at most`);
  assert.equal(textFault("x".repeat(11), 10), "is 11 characters long, 10 at most");
});

Deno.test("keys are stricter than texts: one line, nothing around it, nothing that cannot be seen", () => {
  for (const key of ["pump-7/bearing", "датчик 温度", "🔑", "k".repeat(KEY_LENGTH_MAX)]) {
    assert.equal(keyFault(key), undefined);
  }
  const faulty = [
    "",
    "k".repeat(KEY_LENGTH_MAX + 1),
    " a",
    "a ",
    "a\tb",
    "a\nb",
    "zero\u200bwidth",
    NUL,
    ...SURROGATES,
    ...DIRECTIONS,
  ];
  for (const key of faulty) assert.notEqual(keyFault(key), undefined, JSON.stringify(key));
});
