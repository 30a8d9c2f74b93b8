import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface RowsProps {
  readonly label: string;
  /** Classes of the table besides its own. */
  readonly kind?: string;
  readonly children: ComponentChildren;
}

/** A table of rows; where there is no room for its width it scrolls by itself, by keyboard too. */
export function Rows({ label, kind = "", children }: RowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const view = box.current!;
    const watch = new ResizeObserver(() => setScrolls(view.scrollWidth > view.clientWidth));
    watch.observe(view);
    return () => watch.disconnect();
  }, []);
  const reachable = scrolls ? { tabIndex: 0, role: "region" as const, "aria-label": label } : {};
  return (
    <div ref={box} class="scroll" {...reachable}>
      <table class={`rows ${kind}`} aria-label={label}>{children}</table>
    </div>
  );
}
