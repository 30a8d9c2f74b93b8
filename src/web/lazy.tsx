import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component that is loaded when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [, shown] = useState(0);
    const [fault, failed] = useState(false);
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then((component) => {
        loaded = component;
        shown(1);
      }, () => failed(true));
    }, []);
    if (loaded !== undefined) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    return fault
      ? (
        <p class="fault" role="alert">
          This part of the page could not be loaded: the service is away, or newer. Load the page again.
        </p>
      )
      : <p class="waiting" role="status">Loading …</p>;
  };
}
