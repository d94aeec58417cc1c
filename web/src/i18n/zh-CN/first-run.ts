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
    reboot: "第 {n} 行：{'@'}reboot 没有对应的调度，请改用开机服务。",
    input: '第 {n} 行：未转义的 % 之后是命令的输入，这里不能填写；请用下面的命令导入。',
    unread: '第 {n} 行：不是 crontab 的格式。',
    all: '要一次导入整个 crontab，用命令',
  },
};
