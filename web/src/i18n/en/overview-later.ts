/** The texts of this area that no first page needs. */
export default {
  overview: {
    firstTitle: 'Three steps to begin',
    firstHost: 'Connect a host',
    firstHostDone: '{n} online',
    firstJob: 'Create a first job',
    firstOther: 'Add another host',
    firstCrontab: 'From a crontab you have',
    firstRun: 'Watch its first run here',
  },
};
