// Joins what the bundler has parted too finely.
//
// esbuild parts the code by which pages need it, so that no page loads anything twice. With fifty pages that makes a
// hundred small files, and half of them are needed by every first visit: each costs an answer of its own, and compresses
// worse than in one piece with the others. What the app needs at once becomes `core`, what several first pages share
// becomes `pages`, what one of them shares with later pages becomes one file, too; everything else keeps its own.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const HASH_LENGTH = 8;
const REFERENCE = /"@unit\/([^"]+)"/g;

const list = (pairs) => `{ ${pairs.map(([from, as]) => `${from} as ${as}`).join(', ')} }`;
const digest = (text) => createHash('sha256').update(text).digest('hex');

/** The name of a file of the bundle without its hash. */
const nameOf = (file) => path.parse(file).name.replace(/-[A-Z0-9]{8}$/, '');

/** All that a file of the bundle imports at once, also through others; and itself, after what it imports. */
export function closure(outputs, file, seen = new Set()) {
  if (seen.has(file)) return seen;
  for (const { path: to, kind } of outputs[file].imports) {
    if (kind === 'import-statement' && !seen.has(to)) closure(outputs, to, seen);
  }
  return seen.add(file);
}

/** { file: unit } for what is joined. What a member imports is in its unit or an earlier one, so nothing goes in a circle. */
function chooseUnits(outputs, app, firstPages) {
  const unitOf = new Map([...closure(outputs, app)].filter((file) => file !== app).map((file) => [file, 'core']));
  for (const page of firstPages) {
    for (const file of closure(outputs, page)) {
      if (unitOf.has(file) || file === page) continue;
      const isShared = firstPages.some((other) => other !== page && closure(outputs, other).has(file));
      unitOf.set(file, isShared ? 'pages' : `${nameOf(page)}-parts`);
    }
  }
  for (const { imports } of Object.values(outputs)) {
    for (const { path: to, kind } of imports) {
      if (kind === 'dynamic-import' && unitOf.has(to)) {
        throw new Error(`${to} is a page of its own and can't be joined`);
      }
    }
  }
  return unitOf;
}

/** Names that the texts take from a unit. */
function namesTaken(texts, unit) {
  const taken = new Set();
  const lists = new RegExp(`(?:import|export)\\{([^}]*)\\}from"@unit/${unit}"`, 'g');
  for (const text of texts) {
    for (const [, items] of text.matchAll(lists)) {
      for (const item of items.split(',')) taken.add(item.split(' as ')[0].trim());
    }
  }
  return taken;
}

/**
 * Writes the joined bundle to `to`. `outputs` is esbuild's own account of it, `app` and `firstPages` are files in there.
 * Returns { file: { url, imports } }: where each went, and which urls it imports at once.
 */
export async function joinChunks(esbuild, options, { root, outputs, app, firstPages, to }) {
  const unitOf = chooseUnits(outputs, app, firstPages);
  const files = Object.keys(outputs);
  const absolute = (file) => path.resolve(root, file);
  const byPath = new Map(files.map((file) => [absolute(file), file]));
  const members = (unit) => [...unitOf.keys()].filter((file) => unitOf.get(file) === unit);
  const idOf = (file) => unitOf.get(file) ?? path.parse(file).name;
  // A name that two members of a unit export stands for two things.
  const number = new Map([...unitOf.keys()].map((file, index) => [file, index]));
  const joinedName = (file, name) => `${name}_${number.get(file)}`;

  const units = {
    name: 'units',
    setup(build) {
      build.onResolve({ filter: /^@unit\// }, ({ path: id }) => ({ path: id, external: true }));
      build.onResolve({ filter: /^unit:/ }, ({ path: id }) => ({ path: id.slice(5), namespace: 'unit' }));
      build.onResolve({ filter: /^\.{0,2}\// }, ({ path: id, resolveDir, importer, kind, namespace }) => {
        const target = path.resolve(resolveDir, id);
        const file = byPath.get(target);
        if (kind === 'entry-point' || namespace === 'unit') return { path: target };
        if (!file) throw new Error(`${importer} imports ${id}, which is no part of the bundle`);
        const unit = unitOf.get(file);
        if (!unit) return { path: `@unit/${idOf(file)}`, external: true };
        if (unit === unitOf.get(byPath.get(importer))) return { path: target };
        return { path: file, namespace: 'member' };
      });
      // Stands for a member in the files of other units.
      build.onLoad({ filter: /.*/, namespace: 'member' }, ({ path: file }) => {
        const names = outputs[file].exports;
        const from = `'@unit/${unitOf.get(file)}'`;
        const pairs = names.map((name) => [joinedName(file, name), name]);
        return { contents: names.length ? `export ${list(pairs)} from ${from};` : `import ${from};` };
      });
      build.onLoad({ filter: /.*/, namespace: 'unit' }, ({ path: unit }) => {
        const lines = members(unit).map((file) => {
          const pairs = outputs[file].exports.map((name) => [name, joinedName(file, name)])
            .filter(([, name]) => taken.has(name));
          const from = JSON.stringify(absolute(file));
          return pairs.length ? `export ${list(pairs)} from ${from};` : `import ${from};`;
        });
        return { contents: lines.join('\n'), resolveDir: root };
      });
    },
  };
  const run = async (entryPoints) => {
    const built = await esbuild.build({
      ...options,
      entryPoints,
      format: 'esm',
      splitting: false,
      metafile: false,
      write: false,
      outdir: to,
      entryNames: '[name]',
      plugins: [units],
    });
    return built.outputFiles.map((output) => [path.parse(output.path).name, output.text]);
  };

  let taken = new Set();
  const alone = files.filter((file) => !unitOf.has(file));
  const texts = new Map(await run(Object.fromEntries(alone.map((file) => [idOf(file), absolute(file)]))));
  const last = ['pages', 'core'];
  const chosen = new Set(unitOf.values());
  for (const unit of [...[...chosen].filter((one) => !last.includes(one)), ...last]) {
    if (!chosen.has(unit)) continue;
    taken = namesTaken(texts.values(), unit);
    for (const [id, text] of await run({ [unit]: `unit:${unit}` })) texts.set(id, text);
  }
  const urls = writeUnits(texts, idOf(app), to);
  // The bundler reads its work once more: an import of a name that nobody exports is an error there, as in browsers.
  await esbuild.build({ ...options, entryPoints: [path.join(to, urls.get(idOf(app)))], format: 'esm', write: false });
  return new Map(files.map((file) => {
    const imports = [...closure(outputs, file)].map((other) => urls.get(idOf(other)));
    return [file, { url: urls.get(idOf(file)), imports: [...new Set(imports)] }];
  }));
}

/** Each file is named by what is in it and in all that it leads to, so that a name never has two contents. */
function writeUnits(texts, app, to) {
  const references = (id) => [...texts.get(id).matchAll(REFERENCE)].map((match) => match[1]);
  const reached = (id, seen = new Set()) => {
    if (seen.has(id)) return seen;
    seen.add(id);
    for (const next of references(id)) reached(next, seen);
    return seen;
  };
  const digests = new Map([...texts].map(([id, text]) => [id, digest(text)]));
  const urls = new Map([...texts.keys()].map((id) => {
    const all = [digests.get(id), ...[...reached(id)].map((other) => digests.get(other)).sort()];
    const hash = digest(all.join()).slice(0, HASH_LENGTH).toUpperCase();
    return [id, `${id === app ? '' : '/c'}/${nameOf(id)}-${hash}.js`];
  }));
  mkdirSync(path.join(to, 'c'), { recursive: true });
  for (const [id, text] of texts) {
    const here = path.dirname(urls.get(id));
    const written = text.replace(REFERENCE, (_all, other) => {
      const relative = path.relative(here, urls.get(other));
      return `"${relative.startsWith('.') ? relative : './' + relative}"`;
    });
    writeFileSync(path.join(to, urls.get(id)), written);
  }
  return urls;
}
