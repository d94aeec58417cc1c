import { equal } from './assert.ts';

const SOURCE = new URL('../../src/', import.meta.url);
/** PRD 4.5.6: more than sixty of a hundred uses of components are of components that are used elsewhere, too. */
const LEAST_PERCENT = 60;

/** Each component with the files that import it, by its path under `src`. */
function uses(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const visit = (folder: URL): void => {
    for (const entry of Deno.readDirSync(folder)) {
      if (entry.isDirectory) visit(new URL(`${entry.name}/`, folder));
      else if (/\.(vue|ts)$/.test(entry.name) && entry.name !== 'router.ts') {
        const file = new URL(entry.name, folder);
        const text = Deno.readTextFileSync(file);
        for (const [, target] of text.matchAll(/(?:from|import\() ?'(\.[^']+\.vue)'/g)) {
          const path = new URL(target!, file).pathname;
          found.set(path, [...found.get(path) ?? [], file.pathname]);
        }
      }
    }
  };
  visit(SOURCE);
  return found;
}

Deno.test('reuse: most uses of components are of such as are used in several places', () => {
  const all = [...uses().values()];
  const total = all.reduce((sum, files) => sum + files.length, 0);
  const shared = all.filter((files) => files.length > 1).reduce((sum, files) => sum + files.length, 0);
  const percent = Math.round(shared / total * 100);
  equal(percent > LEAST_PERCENT, true);
});

Deno.test('reuse: parts of the design system know nothing of jobs and hosts', () => {
  // What belongs to every page as a whole: its bars, its palette, its own frame.
  const wrong = [...uses()].flatMap(([component, files]) =>
    component.includes('/src/features/') ? files.filter((file) => /\/src\/ui\/(?!frame\/)/.test(file)) : []
  );
  equal(wrong, []);
});
