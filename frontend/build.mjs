// Builds everything the browser loads into dist/: one CSS file, two scripts, two fonts, one icon.
// Every file name carries a hash of its content, so that the server may tell browsers to keep it for ever;
// manifest.json maps the names that templates use to the hashed ones.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const kern = join(root, "node_modules/@kern-ux/native/dist");

// The order is the cascade: KERN first, then our layer from the general to the particular.
const STYLES = [
  "tokens", "page", "text", "layout", "data", "parts", "comments", "forms", "reading", "desk", "print",
];
// Letters of German and of the names that people here have (Czech, Polish, Turkish, French, Scandinavian),
// and the punctuation and arrows that the templates use. Anything else falls back to a system font.
const LETTERS =
  Array.from({ length: 95 }, (_, i) => String.fromCodePoint(32 + i)).join("") +
  "\u00a0\u202f\u00ad§€°·×²³½–—…„“”‚‘’»«›‹→←↑↓•" +
  "ÄÖÜäöüßẞÁÀÂÅÆÇÉÈÊËÍÎÏÓÔØÚŠŽČĆŁŞİáàâãåæçéèêëíìîïóòôõøúùûñýšžčćłńśżźğşıąęěřů";
// Without hinting (a third of the bytes). Kerning, marks, and figures of one width for tables; small capitals and the like would double the files.
const FEATURES = ["kern", "mark", "ccmp", "locl", "tnum"];
// Budgets in bytes; a page on a weak line is a promise, so a build that breaks it fails.
const BUDGET = { "app.css": 20_000, "htmx.js": 17_000, "app.js": 3_000, "review.js": 1_500, fonts: 25_000 };

const manifest = {};
const sizes = {};

/** Writes one file under its hashed name, with .br and .gz beside it; returns the hashed name. */
async function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  const text = !name.endsWith(".woff2");
  await writeFile(join(dist, hashed), bytes);
  sizes[name] = bytes.length;
  if (text) {
    const br = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    await writeFile(join(dist, `${hashed}.br`), br);
    await writeFile(join(dist, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
    sizes[name] = br.length;
  }
  manifest[name] = hashed;
  return hashed;
}

async function filesBelow(folder, ending) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/**
 * oklch() to sRGB hex. Browsers from before 2023 drop a colour they cannot read, and with it the contrast.
 * Matrices: Björn Ottosson, "A perceptual color space for image processing" (2020).
 */
function toHex(_, lightness, chroma, hue, alpha) {
  const L = lightness.endsWith("%") ? parseFloat(lightness) / 100 : parseFloat(lightness);
  const angle = (parseFloat(hue) * Math.PI) / 180;
  const a = parseFloat(chroma) * Math.cos(angle);
  const b = parseFloat(chroma) * Math.sin(angle);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const channel = (value) => Math.round(Math.min(1, Math.max(0, value)) * 255).toString(16).padStart(2, "0");
  const gamma = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
  const opacity = alpha === undefined ? "" : channel(alpha.endsWith("%") ? parseFloat(alpha) / 100 : +alpha);
  return `#${linear.map((v) => channel(gamma(Math.min(1, Math.max(0, v))))).join("")}${opacity}`;
}
const OKLCH = /oklch\(\s*([\d.]+%?)\s+([\d.]+)\s+([\d.]+)(?:deg)?\s*(?:\/\s*([\d.]+%?)\s*)?\)/g;

async function styles(fonts) {
  const theirs = await readFile(join(kern, "kern.css"), "utf8");
  const ours = await Promise.all(STYLES.map((name) => readFile(join(root, "styles", `${name}.css`), "utf8")));
  const content = [
    ...(await filesBelow(join(root, "templates"), ".html")),
    ...(await filesBelow(join(root, "islands"), ".ts")),
  ];
  // PurgeCSS drops rules that begin with :is(), used or not: KERN's contextual colours hang on one, and ours are
  // kept as they are.
  const contextual = ":is(body, .kern-light, .kern-dark, [data-kern-theme=light], [data-kern-theme=dark])";
  if (!theirs.includes(contextual)) throw new Error("KERN's selector of contextual colours has changed");
  const raw = [
    theirs.replaceAll('@charset "UTF-8";', "").replaceAll(contextual, "body"),
    "/* purgecss start ignore */", ...ours, "/* purgecss end ignore */",
  ].join("\n");
  const [{ css }] = await new PurgeCSS().purge({
    content,
    css: [{ raw: raw.replace(OKLCH, toHex) }],
    variables: true,
    keyframes: true,
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
  });
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, legalComments: "none" });
  const urls = code.replace(/url\(["']?(fira-\d+\.woff2)["']?\)/g, (_, name) => `url(${fonts[name]})`);
  const notice = "/*! KERN UX (EUPL-1.2), https://kern-ux.de; Fira Sans (OFL-1.1) */\n";
  await emit("app.css", notice + urls);
}

async function fonts() {
  const names = {};
  for (const [weight, file] of [[400, "Regular"], [600, "SemiBold"]]) {
    const original = await readFile(join(kern, `fonts/fira-sans/FiraSans-${file}.woff2`));
    const subset = await subsetFont(original, LETTERS, { targetFormat: "woff2", keepFeatures: FEATURES, noHinting: true });
    names[`fira-${weight}.woff2`] = await emit(`fira-${weight}.woff2`, subset);
  }
  return names;
}

async function scripts() {
  await emit("htmx.js", await readFile(join(root, "node_modules/htmx.org/dist/htmx.min.js")));
  // app.js belongs to every page with a form, review.js only to the review desk, passkey.js to the second step of signing in,
  // push.js to the choice of news.
  for (const name of ["app", "passkey", "push", "review"]) {
    const result = await esbuild.build({
      entryPoints: [join(root, `islands/${name}.ts`)],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      target: ["es2020"],
      legalComments: "none",
    });
    await emit(`${name}.js`, result.outputFiles[0].contents);
  }
}

function check() {
  const measured = { ...sizes, fonts: sizes["fira-400.woff2"] + sizes["fira-600.woff2"] };
  const over = Object.entries(BUDGET).filter(([name, limit]) => measured[name] > limit);
  for (const [name, bytes] of Object.entries(measured)) console.log(`${name.padEnd(16)} ${bytes} bytes`);
  if (over.length > 0) {
    throw new Error(`Too large: ${over.map(([name, limit]) => `${name} (limit ${limit})`).join(", ")}`);
  }
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const names = await fonts();
await Promise.all([styles(names), scripts(), emit("favicon.svg", await readFile(join(root, "icons/favicon.svg")))]);
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
check();
