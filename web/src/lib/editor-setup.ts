import type { Extension } from 'codemirror';

/**
 * What an editor for scripts needs, taken from CodeMirror one by one. Its `basicSetup` brings completion as well, whose
 * list takes the Enter that was meant as a line break: a loop typed at normal speed came out as `doecho`.
 */
export function editorSetup(cm: typeof import('codemirror')): Extension {
  return [
    cm.lineNumbers(),
    cm.highlightActiveLineGutter(),
    cm.highlightSpecialChars(),
    cm.history(),
    cm.drawSelection(),
    cm.indentOnInput(),
    cm.bracketMatching(),
    cm.highlightActiveLine(),
    cm.keymap.of([...cm.defaultKeymap, ...cm.historyKeymap]),
  ];
}
