/** A line of two texts laid beside each other: in both, only before, or only after. */
export interface DiffLine {
  sign: ' ' | '-' | '+';
  text: string;
}

/** Above this many lines on a side, the middle is shown as replaced as a whole: the table would be too large. */
const MOST = 400;

const marked = (sign: DiffLine['sign'], lines: string[]): DiffLine[] => lines.map((text) => ({ sign, text }));

/** Two texts line by line, by their longest common sequence; what begins and ends alike is not searched. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail += 1;
  }
  return [
    ...marked(' ', a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...marked(' ', a.slice(a.length - tail)),
  ];
}

function middle(a: string[], b: string[]): DiffLine[] {
  if (a.length > MOST || b.length > MOST || !a.length || !b.length) return [...marked('-', a), ...marked('+', b)];
  // longest[i][j]: how many lines the rests from i and from j have in common, in order.
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! });
      i += 1;
      j += 1;
    } else if (longest[i + 1]![j]! >= longest[i]![j + 1]!) lines.push({ sign: '-', text: a[i++]! });
    else lines.push({ sign: '+', text: b[j++]! });
  }
  return [...lines, ...marked('-', a.slice(i)), ...marked('+', b.slice(j))];
}

/** So many lines that are alike are kept around a change. */
const AROUND = 3;

/** Long stretches that are alike, folded to one line that says how many they are. */
export function foldSame(lines: DiffLine[], words: (n: number) => string): DiffLine[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, index) => {
    if (line.sign !== ' ') near.fill(1, Math.max(0, index - AROUND), index + AROUND + 1);
  });
  const folded: DiffLine[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    if (near[index]) {
      folded.push(lines[index]!);
      continue;
    }
    let end = index;
    while (end < lines.length && !near[end]) end += 1;
    // One line in the place of one line would say less than the line itself.
    if (end - index === 1) folded.push(lines[index]!);
    else folded.push({ sign: ' ', text: words(end - index) });
    index = end - 1;
  }
  return folded;
}
