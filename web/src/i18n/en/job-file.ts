/** Jobs as a file. */
export default {
  filed: {
    title: 'New jobs from a file',
    about:
      'Choose a JSON file as "Save as file" makes it. The server looks at all of it first, and jobs are made only when all is right. Jobs that are there already are left alone; to change them use',
    plain:
      'A file of jobs has the values of environment variables and headers as they stand in the job: keep it as safe.',
    choose: 'File of jobs',
    jobs: 'Jobs of the file',
    noFile:
      'This is no file of jobs: it has to be JSON, one job or a list of jobs, each with a name. For YAML use quicflow apply.',
    tooMany: 'At most {n} jobs at once. For more use quicflow apply.',
    tooLarge:
      'This is too much at once: at most 1 MB of jobs, in a file of at most 4 MiB. For more use quicflow apply.',
    group: 'groups: there is no group "{about}"',
    groups: "groups: say where it runs, such as {'['}\"all\"{']'}",
    dependency: 'dependencies: there is no job "{about}", in the file or on the server',
    dependencies: 'dependencies: this is a list, each of it with the name of a job as task',
    unmade: 'dependencies: "{about}" was not made yet, so this one was not either',
    source: "labels: {about} is set by quicflow apply; files don't have it",
    repeated: 'name: more than one job of the file is named "{about}"',
    numbers: '{about}: this is a number of another server; files have names (groups, enabled)',
    enabled: 'enabled: this is true or false',
    isNew: 'new',
    isThere: 'there already',
    isMade: 'made',
    isWaiting: 'waits for approval',
    mend: 'to be mended',
    counts: '{n} not there yet, {there} there already, {bad} to be mended',
    make: 'Make {n} jobs',
    made: '{n} jobs were made',
  },
};
