export default {
  board: {
    title: 'Who belongs where',
    hint:
      'Drag a host into another group to move it; with Ctrl or Alt it stays in the first one, too. Or choose several, or use the menu of each host.',
    loose: 'In no group',
    empty: 'Drop hosts here',
    move: 'Move or add…',
    out: 'Take out of "{name}"',
    moveTitle: 'Move {n} hosts',
    to: 'Into the group',
    keep: 'Keep it in "{name}", too',
    act: 'Move',
    moved: 'Moved {n} hosts to "{name}"',
    added: 'Added {n} hosts to "{name}"',
    removed: 'Took {n} hosts out of "{name}"',
    undo: 'Undo',
    undone: 'Undone',
    chosen: '{n} chosen',
    bulk: 'Acts on the chosen hosts',
    choose: 'Choose {name}',
    more: '{n} more are not shown',
  },
};
