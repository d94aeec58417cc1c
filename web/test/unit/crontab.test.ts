import { nameOfCommand, readCrontab } from '../../src/lib/crontab.ts';
import { equal } from './assert.ts';

Deno.test('crontab: fields and macros, with what stands above them', () => {
  const { jobs, faults } = readCrontab(
    [
      '# m h dom mon dow command',
      'MAILTO=ops@example.com',
      'BACKUP_DIR="/srv/back ups"',
      '',
      '30 2\t* * 1-5  /usr/local/bin/backup.sh --full "$BACKUP_DIR"',
      'SHELL=/bin/bash',
      'CRON_TZ=Asia/Shanghai',
      '@daily /opt/report.py \\%d',
      '*/5 * * jan-mar mon,fri  true',
    ].join('\r\n'),
  );
  equal(faults, []);
  equal(jobs.map((job) => [job.line, job.cron, job.command]), [
    [5, '30 2 * * 1-5', '/usr/local/bin/backup.sh --full "$BACKUP_DIR"'],
    [8, '0 0 * * *', '/opt/report.py %d'],
    [9, '*/5 * * jan-mar mon,fri', 'true'],
  ]);
  equal(jobs.map((job) => [job.env.BACKUP_DIR, job.zone, job.shell]), [
    ['/srv/back ups', '', ''],
    ['/srv/back ups', 'Asia/Shanghai', '/bin/bash'],
    ['/srv/back ups', 'Asia/Shanghai', '/bin/bash'],
  ]);
  // MAILTO is for cron itself; PATH is what cron would set.
  equal(Object.keys(jobs[0]!.env), ['PATH', 'BACKUP_DIR']);
});

Deno.test('crontab: what no job can be made of is named with its line and why', () => {
  const { jobs, faults } = readCrontab(
    '17 * * * * root run-parts x\n0 1 * * * mail -s hi a%body\nhello world\n@often x\n0 1 * * *\n',
  );
  equal(jobs, []);
  equal(faults.map((fault) => [fault.line, fault.why]), [
    [1, 'unclear'],
    [2, 'input'],
    [3, 'unread'],
    [4, 'unread'],
    [5, 'unread'],
  ]);
});

Deno.test('crontab: a command gives a name', () => {
  equal(
    ['/usr/local/bin/backup.sh --full', 'cd /srv && ./report.py', 'A=1 B=2 sync', 'cd /srv; make all', '"/opt/x y"', '']
      .map(
        nameOfCommand,
      ),
    ['backup', 'report', 'sync', 'make', 'x', ''],
  );
});

Deno.test('crontab: what cron does with a line is kept, or the line is named', () => {
  const { jobs, faults } = readCrontab(
    ['TZ=UTC', 'HOME=/srv', '@reboot start', '*/5 * * * * * sync', 'CRON_TZ=Foo/Bar', '0 1 * * * true'].join('\n'),
  );
  equal(jobs.map((job) => [job.cron, job.command, job.env.TZ, job.env.HOME, job.env.PATH]), [
    ['@reboot', 'start', 'UTC', '/srv', '/usr/bin:/bin'],
  ]);
  equal(faults.map((fault) => [fault.line, fault.why]), [[4, 'unclear'], [6, 'zone']]);
});
