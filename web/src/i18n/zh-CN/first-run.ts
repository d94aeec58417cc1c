export default {
  first: {
    title: '从 crontab 创建任务',
    about: '在那台机器上运行，把输出粘贴到下面：',
    copy: '复制命令',
    paste: 'crontab 的内容',
    stays: '内容只在这个页面里读取，不会发送；选择一行后在表单里检查并保存。',
    lines: '可以创建任务的行',
    use: '用这一行',
    useOf: '用第 {n} 行创建任务',
    unclear: '第 {n} 行：命令前面像是用户名或第六个字段；系统的 crontab 请用下面的命令导入。',
    zone: '第 {n} 行：上面 CRON_TZ 写的时区不存在。',
    zones:
      '没有 CRON_TZ 时按 {zone} 时区理解；那台机器在别的时区的话，请在表单里改。cron 不限制运行时间，这样创建的任务最长可运行一周。',
    input: '第 {n} 行：未转义的 % 之后是命令的输入，这里不能填写；请用下面的命令导入。',
    unread: '第 {n} 行：不是 crontab 的格式。',
    all: '要一次导入整个 crontab，用命令',
  },
};
