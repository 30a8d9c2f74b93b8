/** One line at the bottom of a terminal that is rewritten; on anything else, only the lines that stay. */
export interface ProgressLine {
  /** Replaces the line. */
  show(text: string): void;
  /** Prints a line that stays, above it. */
  print(text: string): void;
  clear(): void;
}

export function createProgressLine(): ProgressLine {
  const terminal = process.stdout.isTTY === true;
  let shown = "";
  const wipe = () => {
    if (terminal && shown !== "") process.stdout.write("\r\x1b[K");
  };
  return {
    show(text) {
      if (!terminal) return;
      wipe();
      shown = text.slice(0, (process.stdout.columns || 80) - 1);
      process.stdout.write(shown);
    },
    print(text) {
      wipe();
      console.log(text);
      if (terminal) process.stdout.write(shown);
    },
    clear() {
      wipe();
      shown = "";
    },
  };
}
