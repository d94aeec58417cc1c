/** The OpenAPI document in words: what the page at /redoc shows, without a page. */

export type Part = Record<string, unknown>;

export interface Operation {
  id: string;
  method: string;
  path: string;
  summary: string;
  about: string;
  tag: string;
  parts: Part;
}

export interface Member {
  name: string;
  type: string;
  required: boolean;
  about: string;
  rules: string;
  /** What it consists of, to be unfolded. */
  inner?: Part;
}

export const part = (value: unknown): Part => typeof value === 'object' && value !== null ? value as Part : {};
export const list = (value: unknown): unknown[] => Array.isArray(value) ? value : [];
export const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Follows `$ref`; a chain of them has an end, whatever the document says. */
export function resolve(root: Part, value: unknown): Part {
  let at = part(value);
  for (let step = 0; step < 8 && typeof at.$ref === 'string'; step++) {
    at = at.$ref.replace(/^#\//, '').split('/').reduce<Part>((inner, key) => part(inner[key]), root);
  }
  return at;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function operations(root: Part): Operation[] {
  return Object.entries(part(root.paths)).flatMap(([path, item]) =>
    METHODS.filter((method) => method in part(item)).map((method) => {
      const parts = part(part(item)[method]);
      return {
        id: text(parts.operationId) || `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        summary: text(parts.summary),
        about: text(parts.description),
        tag: text(list(parts.tags)[0]),
        parts,
      };
    })
  );
}

/** Whether all words of a search stand in an operation's method, path, name or summary. */
export function matches(operation: Operation, search: string): boolean {
  const all = `${operation.method} ${operation.path} ${operation.id} ${operation.summary} ${operation.tag}`
    .toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function alternatives(schema: Part): unknown[] {
  return [...list(schema.anyOf), ...list(schema.oneOf)];
}

export function typeOf(value: unknown): string {
  const named = text(part(value).$ref).split('/').pop();
  if (named) return named;
  const schema = part(value);
  const either = alternatives(schema);
  if (either.length) return [...new Set(either.map((one) => typeOf(one)))].join(' | ');
  const types = Array.isArray(schema.type) ? schema.type.map(text) : [text(schema.type)];
  const words = types.filter(Boolean).map((type) => {
    if (type === 'array') return `${typeOf(schema.items)}[]`;
    if (type === 'object' && typeof schema.additionalProperties === 'object') {
      return `{name: ${typeOf(schema.additionalProperties)}}`;
    }
    return text(schema.format) && type === 'string' ? text(schema.format) : type;
  });
  return words.join(' | ') || 'any';
}

/** Bounds, words and defaults of a value. */
export function rulesOf(value: unknown): string {
  const schema = part(value);
  const words: string[] = [];
  if (Array.isArray(schema.enum)) words.push(schema.enum.map((word) => JSON.stringify(word)).join(', '));
  if ('minimum' in schema || 'maximum' in schema) words.push(`${text(schema.minimum)} – ${text(schema.maximum)}`);
  if ('maxLength' in schema) words.push(`${text(schema.minLength) || '0'} – ${text(schema.maxLength)} characters`);
  if ('pattern' in schema) words.push(text(schema.pattern));
  if ('default' in schema) words.push(`default ${JSON.stringify(schema.default)}`);
  return words.join('; ');
}

/** What can be unfolded under a value: an object's members, an array's elements, each of several. */
function innerOf(root: Part, value: unknown): Part | undefined {
  const schema = resolve(root, value);
  if (Object.keys(part(schema.properties)).length || alternatives(schema).length > 1) return schema;
  const element = schema.items ??
    (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null);
  return element ? innerOf(root, element) : undefined;
}

export function membersOf(root: Part, value: unknown): Member[] {
  const schema = innerOf(root, value) ?? resolve(root, value);
  const needed = new Set(list(schema.required).map(text));
  const row = (name: string, inner: unknown, required: boolean): Member => ({
    name,
    type: typeOf(inner),
    required,
    about: text(part(inner).description) || text(resolve(root, inner).description),
    rules: rulesOf(inner),
    inner: innerOf(root, inner),
  });
  const either = alternatives(schema).filter((one) => innerOf(root, one));
  return [
    ...Object.entries(part(schema.properties)).map(([name, inner]) => row(name, inner, needed.has(name))),
    ...either.map((one, at) => row(`(${at + 1})`, one, false)),
  ];
}
