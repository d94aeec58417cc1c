export default {
  graph: {
    title: 'Who starts whom',
    pageTitle: 'What starts {name}, and what it starts',
    around: 'How far',
    steps: '{n} step | {n} steps',
    keys:
      'Tab reaches one job; the arrows go from job to job, Home and End to the first and the last. Enter shows what starts it and what it starts.',
    drawing: 'Jobs that start each other',
    alone: 'It starts nothing, and nothing starts it',
    aloneText: 'Say in its form, under “After other jobs”, which jobs it waits for.',
    hidden: '{n} more are not shown: you may not see them.',
    cut: 'There are more than 500: the nearest are shown.',
    off: 'disabled',
    scheduled: 'has a schedule',
    any: 'any of its parents',
    starts: 'starts {names}',
    startedBy: 'after {names}',
    here: 'this job',
    list: 'As a list',
    from: 'When it ends',
    to: 'starts',
  },
};
