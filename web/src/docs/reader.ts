// The page at /redoc: the API's document to read, made from /api/v1/openapi.json, with nothing from any other host.
import {
  list,
  matches,
  type Member,
  membersOf,
  type Operation,
  operations,
  type Part,
  part,
  resolve,
  rulesOf,
  text,
  typeOf,
} from './reader-words.ts';

type Child = Node | string | undefined;

function make(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child): child is Node | string => child !== undefined));
  return element;
}

/** Words between back quotes are code; nothing else of a text means anything. */
const prose = (words: string): Node[] =>
  words.split('`').map((piece, at) => at % 2 ? make('code', {}, piece) : document.createTextNode(piece));

function table(head: string[], rows: Child[][]): HTMLElement {
  const cells = (name: string, row: Child[]) => make('tr', {}, ...row.map((cell) => make(name, {}, cell)));
  return make(
    'div',
    { class: 'wide' },
    make(
      'table',
      {},
      make('thead', {}, cells('th', head)),
      make('tbody', {}, ...rows.map((row) => cells('td', row))),
    ),
  );
}

const words = (about: string, rules: string): Child =>
  make('span', {}, ...prose(about), ...(rules ? [make('span', { class: 'rules' }, rules)] : []));

/** What is inside is written when somebody unfolds it: schemas may refer to themselves. */
function fold(title: Child, fill: () => Node[], isOpen = false): HTMLElement {
  const box = make('details', {}, make('summary', {}, title)) as HTMLDetailsElement;
  const write = () => {
    if (box.open && box.childElementCount === 1) box.append(...fill());
  };
  box.addEventListener('toggle', write);
  box.open = isOpen;
  write();
  return box;
}

function tree(root: Part, schema: unknown): Node[] {
  const members = membersOf(root, schema);
  if (!members.length) return [make('p', {}, make('code', {}, typeOf(schema)), ' ', words('', rulesOf(schema)))];
  return [
    table(
      ['Member', 'Type', ''],
      members.map((member) => [name(member), inner(root, member), words(member.about, member.rules)]),
    ),
  ];
}

const name = (member: Member): Node =>
  make(
    'span',
    {},
    make('code', {}, member.name),
    member.required ? make('span', { class: 'must' }, 'required') : undefined,
  );

const inner = (root: Part, member: Member): Node =>
  member.inner ? fold(make('code', {}, member.type), () => tree(root, member.inner)) : make('code', {}, member.type);

function parameters(root: Part, operation: Operation): Node[] {
  const all = list(operation.parts.parameters).map((one) => resolve(root, one));
  if (!all.length) return [];
  return [
    make('h4', {}, 'Parameters'),
    table(
      ['Name', 'In', 'Type', ''],
      all.map((one) => [
        make(
          'span',
          {},
          make('code', {}, text(one.name)),
          one.required === true ? make('span', { class: 'must' }, 'required') : undefined,
        ),
        text(one.in),
        make('code', {}, typeOf(one.schema)),
        words(text(one.description), rulesOf(one.schema)),
      ]),
    ),
  ];
}

const example = (title: string, value: unknown): Node =>
  fold(`Example: ${title}`, () => [make('pre', { tabindex: '0' }, JSON.stringify(part(value).value, null, 2))]);

function content(root: Part, value: unknown): Node[] {
  const nodes: Node[] = [];
  for (const [type, media] of Object.entries(part(value))) {
    nodes.push(make('p', { class: 'type' }, make('code', {}, type)), ...tree(root, part(media).schema));
    for (const [title, sample] of Object.entries(part(part(media).examples))) nodes.push(example(title, sample));
  }
  return nodes;
}

function answers(root: Part, operation: Operation): Node[] {
  return [
    make('h4', {}, 'Answers'),
    ...Object.entries(part(operation.parts.responses)).map(([status, value]) => {
      const answer = resolve(root, value);
      return fold(
        `${status}  ${text(answer.description)}`,
        () => content(root, answer.content),
        status.startsWith('2'),
      );
    }),
  ];
}

function body(root: Part, operation: Operation): Node[] {
  const request = resolve(root, operation.parts.requestBody);
  return request.content ? [make('h4', {}, 'Body'), ...content(root, request.content)] : [];
}

function card(root: Part, operation: Operation): HTMLElement {
  const title = make(
    'span',
    { class: 'title' },
    make('b', { class: `method ${operation.method.toLowerCase()}` }, operation.method),
    make('code', {}, operation.path),
    make('span', { class: 'summary' }, operation.summary),
  );
  const box = fold(title, () => [make(
    'div',
    { class: 'inside' },
    make('p', {}, ...prose(operation.about)),
    ...parameters(root, operation),
    ...body(root, operation),
    ...answers(root, operation),
  )]);
  box.id = operation.id;
  box.className = 'operation';
  return box;
}

function show(root: Part): void {
  const all = operations(root);
  const tags = [...new Set(all.map((operation) => operation.tag))];
  const info = part(root.info);
  const cards = new Map(all.map((operation) => [operation.id, card(root, operation)]));
  const links = new Map(all.map((operation) => [
    operation.id,
    make('a', { href: `#${operation.id}` }, make('b', {}, operation.method), ` ${operation.path}`),
  ]));
  const search = make('input', { type: 'search', 'aria-label': 'Search', placeholder: 'Search' }) as HTMLInputElement;
  const groups = tags.map((tag) => {
    const own = all.filter((operation) => operation.tag === tag);
    return {
      own,
      section: make('section', {}, make('h2', {}, tag), ...own.map((operation) => cards.get(operation.id)!)),
      places: make('div', {}, make('h2', {}, tag), ...own.map((operation) => links.get(operation.id)!)),
    };
  });
  const none = make('p', { hidden: '' }, 'Nothing has all of these words.');
  const narrow = () => {
    let found = 0;
    for (const { own, section, places } of groups) {
      const shown = own.filter((operation) => matches(operation, search.value));
      found += shown.length;
      for (const operation of own) {
        const isShown = shown.includes(operation);
        cards.get(operation.id)!.hidden = !isShown;
        links.get(operation.id)!.hidden = !isShown;
      }
      section.hidden = places.hidden = !shown.length;
    }
    none.hidden = found > 0;
  };
  search.addEventListener('input', narrow);
  const open = () => {
    const box = cards.get(decodeURIComponent(location.hash.slice(1))) as HTMLDetailsElement | undefined;
    if (!box) return;
    box.open = true;
    box.scrollIntoView();
  };
  addEventListener('hashchange', open);
  document.getElementById('reader')!.replaceChildren(
    make('nav', { 'aria-label': 'Routes' }, search, ...groups.map((group) => group.places)),
    make(
      'main',
      {},
      make('h1', {}, `${text(info.title)} API `, make('small', {}, text(info.version))),
      make('p', {}, ...prose(text(info.description))),
      make(
        'p',
        {},
        make('a', { href: '/docs' }, 'Try it (Swagger UI)'),
        ' · ',
        make('a', { href: '/openapi.json' }, 'openapi.json'),
      ),
      none,
      ...groups.map((group) => group.section),
    ),
  );
  open();
}

async function start(): Promise<void> {
  const box = document.getElementById('reader')!;
  try {
    const answer = await fetch('/api/v1/openapi.json');
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    show(part(await answer.json()));
  } catch (error) {
    box.replaceChildren(make('p', { role: 'alert' }, `The document cannot be read: ${String(error)}`));
  }
}

void start();
