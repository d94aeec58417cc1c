export default {
  first: {
    title: 'A job from a crontab',
    about: 'Run this on that machine, and paste what it prints:',
    copy: 'Copy the command',
    paste: 'The crontab',
    stays:
      'It is read in this page and sent nowhere; the line that you choose is shown in the form before anything is saved.',
    lines: 'Lines that can become jobs',
    use: 'Use this line',
    useOf: 'Make a job of line {n}',
    unclear:
      'Line {n}: a user or a sixth field seems to stand before the command; import a table of the system with the command below.',
    zone: 'Line {n}: the time zone that CRON_TZ names above it is not known.',
    zones:
      'Times are taken as of {zone} where no CRON_TZ names another: choose the zone of that machine in the form. Cron ends no command, so a job from here may take a week.',
    input:
      'Line {n}: what follows a % that is not escaped is input of the command, which the form has no field for; import it with the command below.',
    unread: 'Line {n} is not written as lines of a crontab are.',
    all: 'A whole crontab is imported at once by',
  },
};
