/** Jobs as a file. */
export default {
  filed: {
    title: 'New jobs from a file',
    about:
      'Choose a JSON file as "Save as file" makes it. The server looks at all of it first, and jobs are made only when all is right. Jobs that are there already are left alone; to change them use',
    choose: 'File of jobs',
    jobs: 'Jobs of the file',
    noFile:
      'This is no file of jobs: it has to be JSON, one job or a list of jobs, each with a name. For YAML use quicflow apply.',
    tooMany: 'At most {n} jobs at once. For more use quicflow apply.',
    group: 'groups: there is no group "{about}"',
    groups: "groups: say where it runs, such as {'['}\"all\"{']'}",
    dependency: 'dependencies: there is no job "{about}", in the file or on the server',
    numbers: '{about}: this is a number of another server; files have names (groups, enabled)',
    enabled: 'enabled: this is true or false',
    isNew: 'new',
    isThere: 'there already',
    isMade: 'made',
    mend: 'to be mended',
    make: 'Make {n} jobs',
    made: '{n} jobs were made',
  },
};
