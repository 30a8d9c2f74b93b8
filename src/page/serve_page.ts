/**
 * The page over HTTP: one document for all its addresses, and files that are named by their content and so never
 * change. Nothing of it runs or loads from elsewhere, and no script stands in the document.
 */
import type { BuiltPage } from "./build_page.ts";

/**
 * First parts of the addresses that the page knows (src/web/screens.tsx), with the sources that they show, of all and
 * of one; others get its document with 404. What an address shows is loaded with the document, and not once that has
 * run.
 */
const SCREENS: Readonly<Record<string, readonly [all: readonly string[], one: readonly string[]]>> = {
  "": [["plant.tsx"], []],
  plant: [["plant.tsx"], ["asset.tsx"]],
  alerts: [["triage.tsx"], ["alert.tsx", "chart.ts"]],
  sensors: [[], ["sensor.tsx", "chart.ts"]],
  batches: [["batches.tsx"], ["batch.tsx"]],
  quarantine: [["quarantine.tsx"], []],
  settings: [["settings.tsx"], []],
  system: [["system.tsx"], []],
};

const FILES = "/page/";
const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  map: "application/json",
};

const SECURITY = {
  // `connect-src` holds for WebSockets of the same origin too.
  "content-security-policy":
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Answers requests for the page; undefined for all others. */
export type ServePage = (request: Request) => Promise<Response | undefined>;

/** Serves what `building` ends with; what it breaks by is answered in words, and nothing else stops for it. */
export function servePage(building: Promise<BuiltPage>): ServePage {
  const packed = building.then(pack);
  packed.catch(() => {});
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const isFile = pathname.startsWith(FILES);
    if (!isFile && !(request.headers.get("accept") ?? "").includes("text/html")) return undefined;
    let page: PackedPage;
    try {
      page = await packed;
    } catch (error) {
      return new Response(`The page could not be built: ${(error as Error).message}\n`, { status: 503 });
    }
    if (isFile) {
      const file = page.files.get(pathname.slice(FILES.length));
      const missing = () => new Response("The page has no such file; it may be of another version.\n", { status: 404 });
      return file === undefined ? missing() : answer(request, file, "public, max-age=31536000, immutable");
    }
    const [, first, second] = pathname.split("/");
    const screen = Object.hasOwn(SCREENS, first) ? SCREENS[first] : undefined;
    if (screen === undefined) return answer(request, page.documents.get("")!, "no-cache", 404);
    return answer(request, page.documents.get(screen[second ? 1 : 0].join())!, "no-cache");
  };
}

interface PackedFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

interface PackedPage {
  readonly files: ReadonlyMap<string, PackedFile>;
  /** By the sources that they load along with the first script; the empty text: none. */
  readonly documents: ReadonlyMap<string, PackedFile>;
}

async function pack({ files, script, style, version, needs }: BuiltPage): Promise<PackedPage> {
  const packed = await Promise.all(Array.from(files, async ([name, plain]) => {
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    return [name, { type, etag: `"${name}"`, plain, gzip: await gzip(plain) }] as const;
  }));
  const sources = [[], ...Object.values(SCREENS).flat()];
  const documents = await Promise.all(sources.map(async (sources, i) => {
    const early = new Set(["main.tsx", ...sources].flatMap((source) => needs[source] ?? []));
    early.delete(script);
    const plain = new TextEncoder().encode(documentOf({ script, style, early: [...early] }));
    const etag = `"${version}-${i}"`;
    return [sources.join(), { type: "text/html; charset=utf-8", etag, plain, gzip: await gzip(plain) }] as const;
  }));
  return { files: new Map(packed), documents: new Map(documents) };
}

const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="2" fill="#50555a"/>' +
    '<path d="M2 10h3l2-6 2 9 2-3h3" fill="none" stroke="#fff" stroke-width="1.5"/></svg>',
);

interface DocumentParts {
  readonly script: string;
  readonly style: string;
  /** Scripts that will be asked for, so that they come along with the first one. */
  readonly early: readonly string[];
}

function documentOf({ script, style, early }: DocumentParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Millwright: which machine is going wrong, and why.">
<title>Millwright</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${FILES}${style}">
<script type="module" src="${FILES}${script}"></script>
${early.map((name) => `<link rel="modulepreload" href="${FILES}${name}">`).join("\n")}
</head>
<body><noscript>This page needs JavaScript. The API is at <a href="/graphql">/graphql</a>.</noscript></body>
</html>
`;
}

function answer(request: Request, file: PackedFile, caching: string, status = 200): Response {
  const headers = {
    ...SECURITY,
    "content-type": file.type,
    "cache-control": caching,
    etag: file.etag,
    vary: "accept-encoding",
  };
  if (request.headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers });
  const packed = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const body = request.method === "HEAD" ? null : packed ? file.gzip : file.plain;
  return new Response(body, { status, headers: packed ? { ...headers, "content-encoding": "gzip" } : headers });
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
