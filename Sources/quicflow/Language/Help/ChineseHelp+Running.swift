// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of what happens with tasks, and of what starts them.
    static let running = #"""
        en Says what happened or will happen with a task at an instant, and why.
        zh 说明任务在某个时刻发生了或将会发生什么，以及为什么。
        en The instant: an RFC 3339 time with its zone.
        zh 时刻：带时区的 RFC 3339 时间。
        en Coming fires of a task, with its hosts; of the next day.
        zh 任务接下来的触发时间及其主机；默认为接下来一天。
        en Says where a task would run if it began now, and why.
        zh 说明任务如果现在开始会在哪里运行，以及为什么。
        en Makes tasks of crontabs, and of jobs of other schedulers.
        zh 从 crontab 和其他调度器的任务创建任务。
        en Shows what it would make, and needs no server for that; --apply makes it. Names that are taken are left alone.
        zh 显示会创建什么，这不需要服务器；--apply 才创建。名称已被使用的不会改动。
        en What differs is said line by line; the exit code is 1 when something could not be read. Formats: crontab,
        zh 不同之处逐行说明；有读不懂的内容时退出码为 1。格式：crontab、
        en systemd (.timer and .service units), kubernetes (CronJobs in YAML), xxl-job (xxl_job_info as CSV or SQL),
        zh systemd（.timer 和 .service 单元）、kubernetes（YAML 中的 CronJob）、xxl-job（CSV 或 SQL 形式的 xxl_job_info）、
        en cronicle and dkron (JSON).
        zh cronicle 和 dkron（JSON）。
        en Files; '-' for standard input.
        zh 文件；'-' 表示标准输入。
        en What the files are: crontab, systemd, kubernetes, xxl-job, cronicle, dkron.
        zh 文件是什么：crontab、systemd、kubernetes、xxl-job、cronicle、dkron。
        en Make the tasks.
        zh 创建这些任务。
        en Put before every name, such as the host's.
        zh 加在每个名称之前，例如主机名。
        en Zone of what names none; this computer's.
        zh 没有写明时区时使用的时区；默认是本机的时区。
        en Whether a user stands before each command; found out by default.
        zh 每条命令前是否有用户名；默认自动判断。
        en Seconds a run may take where there was no limit, 10 to 604800 (a week); 0 for none takes settings:write.
        zh 原来没有时限的任务一次运行最多多少秒，10 到 604800（一周）；0 为没有限制，需要修改设置的权限。
        en User the agents run as. Only root's run jobs as others: those are made disabled otherwise.
        zh 代理以哪个用户运行。只有 root 能以其他用户运行任务：否则那些任务会创建为停用。
        en Make all tasks disabled.
        zh 创建的任务全部停用。
        en On an agent's host: how tasks did, day by day, without a server.
        zh 在代理的主机上：任务每天的情况，不需要服务器。
        en The agent's data directory.
        zh 代理的数据目录。
        en Today; that is also the default.
        zh 今天；这也是默认值。
        en Another day, such as 2026-11-21.
        zh 另一天，如 2026-11-21。
        en The last days, today included; 1 to 400.
        zh 最近几天，包括今天；1 到 400。
        en Only this task, by number or name.
        zh 只看这个任务，写编号或名称。
        en On an agent's host: a day's executions, without a server.
        zh 在代理的主机上：一天的执行，不需要服务器。
        en The day, such as 2026-11-21; today.
        zh 哪一天，如 2026-11-21；默认今天。
        en The most executions to print, newest first.
        zh 最多显示几个执行，最新的在前。
        en On an agent's host: a task's last output, without a server.
        zh 在代理的主机上：任务最近一次的输出，不需要服务器。
        en Output of any execution is at 'quicflow execution logs'.
        zh 任何执行的输出都可以用 'quicflow execution logs' 查看。
        en The task, by number or name.
        zh 任务，写编号或名称。
        en Of the last execution that wrote something; that is also the default.
        zh 最近一个有输出的执行；这也是默认值。
        en Only this attempt of a retried execution; the last that wrote something.
        zh 只看重试过的执行的这一次尝试；默认是最后一次有输出的。
        en On an agent's host: a day's records as files, without a server.
        zh 在代理的主机上：把一天的记录写成文件，不需要服务器。
        en Writes executions/DATE.json, daily_stats/DATE.json, logs/DATE/task_ID_exec_ID.log and pending_sync.json. 'quicflow agent run --export-directory DIR' keeps such files up to date. Definitions of tasks as files are 'quicflow export'.
        zh 写出 executions/DATE.json、daily_stats/DATE.json、logs/DATE/task_ID_exec_ID.log 和 pending_sync.json。'quicflow agent run --export-directory DIR' 会一直更新这样的文件。把任务的定义写成文件用 'quicflow export'。
        en Where to write to; 'tasks' in the agent's data directory.
        zh 写到哪里；默认是代理数据目录中的 'tasks'。
        en Shows or sets which tasks start a task.
        zh 显示或设置由哪些任务启动一个任务。
        en Each --after is a task and what has to become of it: success, failure, end or skipped; success without it.
        zh 每个 --after 是一个任务和它要有的结果：success、failure、end 或 skipped；不写则是 success。
        en TASK or TASK:OUTCOME that starts it; repeat for several. Replaces those there are.
        zh 由它启动的任务，TASK 或 TASK:OUTCOME；可重复。会替换现有的。
        en TASK:PARAMETER=OUTPUT: an output of a task that starts it becomes a parameter. Repeat for several.
        zh TASK:PARAMETER=OUTPUT：前置任务的一个输出成为参数。可重复。
        en all: once all have come since its last run; any: for each end of any.
        zh all：自上次运行以来全部都已到达；any：任何一个结束就启动。
        en What its parents do beside its own schedule; only 'start' so far.
        zh 除自己的调度之外，前置任务起什么作用；目前只有 'start'。
        en Seconds; a parent that ended longer ago when it is known does not count.
        zh 秒数；得知时已结束更久的前置任务不算。
        en It waits for nothing any more.
        zh 它不再等待任何任务。
        en Forget which parents have come.
        zh 忘记哪些前置任务已到达。
        en Start it for those that have come.
        zh 用已到达的启动它。
        en Webhooks: addresses by which other programs start a task.
        zh Webhook：其他程序用来启动任务的地址。
        en Lists the webhooks of a task.
        zh 列出任务的 Webhook。
        en Makes a webhook and prints its address and secret, this once.
        zh 创建 Webhook，并显示它的地址和密钥，只显示这一次。
        en Name, unique among the task's.
        zh 名称，在任务中不能重复。
        en How callers prove that they may: github, standard, stripe or token; or what starts it instead: message, host_joined, file.
        zh 调用方怎样证明身份：github、standard、stripe 或 token；或由什么启动：message、host_joined、file。
        en With --format file: which files start it, as /srv/in/*.csv; on the host where they appear.
        zh 与 --format file 一起：由哪些文件启动，例如 /srv/in/*.csv；在文件出现的主机上运行。
        en With --format file: seconds for which a file has not changed when it counts (5).
        zh 与 --format file 一起：文件多少秒没有变化才算数（5）。
        en With --format message: which messages start it.
        zh 与 --format message 一起：由哪个主题的消息启动。
        en Says something on a topic, which starts the tasks that wait for it.
        zh 在某个主题上发一条消息，启动等待它的任务。
        en The topic that tasks wait for.
        zh 任务等待的主题。
        en What a repetition is known by: within a day it starts nothing twice. A fresh one without it.
        zh 凭它认出重复：一天之内不会启动第二次。不写则新生成一个。
        en NAME=VALUE of the message, at /data/NAME. Repeat for several.
        zh 消息里的 NAME=VALUE，位于 /data/NAME；可重复。
        en Parameter of the run and where it stands in the body: COMMIT=/after; repeat for several.
        zh 运行的参数以及它在正文中的位置：COMMIT=/after；可重复。
        en What the body has to say: /ref=refs/heads/main; several of one place mean any of them.
        zh 正文里必须有的内容：/ref=refs/heads/main；同一位置写几个表示满足其一。
        en Who may call: an address or a block such as 192.0.2.0/24; repeat for several.
        zh 谁可以调用：地址或网段，如 192.0.2.0/24；可重复。
        en File with a secret that the sender has made; a fresh one without it.
        zh 含有调用方生成的密钥的文件；不写则生成新的。
        en Changes a webhook; what is not said stays.
        zh 修改 Webhook；没有写的保持不变。
        en Name or id of the webhook.
        zh Webhook 的名称或编号。
        en Whether calls start anything.
        zh 调用是否启动任务。
        en Makes a fresh secret and prints it; the one before is good for a day.
        zh 生成新密钥并显示；旧密钥还能用一天。
        en Deletes a webhook.
        zh 删除 Webhook。
        en Lists who called a webhook, and what came of it.
        zh 列出谁调用过 Webhook，以及结果。
        en Runs a task for past times of its schedule.
        zh 按任务的调度补跑过去的时间。
        en Begins, or says with --dry-run what it would do.
        zh 开始补跑，或用 --dry-run 说明会做什么。
        en One time after the other; a host that has started a time already is left out unless --force is given.
        zh 一个时间接一个时间；主机已经启动过的时间会跳过，除非写 --force。
        en The first time that may be, such as 2026-11-01T00:00:00+08:00.
        zh 最早的时间，如 2026-11-01T00:00:00+08:00。
        en The times are before this; not in the future.
        zh 时间早于它；不能在将来。
        en Runs that are open at once (1).
        zh 同时进行的运行数（1）。
        en Starts a minute, 1 to 600 (60).
        zh 每分钟启动的个数，1 到 600（60）。
        en Times that ran already run again.
        zh 已经运行过的时间再运行一次。
        en Start nothing.
        zh 不启动任何运行。
        en Lists the backfills of a task, the newest first.
        zh 列出任务的补跑，最新的在前。
        en Starts no further time; what runs goes on.
        zh 不再启动后面的时间；正在运行的继续。
        en The backfill's id.
        zh 补跑的编号。
        en Enables, disables, deletes, labels or binds all tasks that a filter finds.
        zh 启用、停用、删除、设置标签或调整分组：筛选到的全部任务。
        en The number is shown and has to be agreed to; it is done to those that were counted, or to none.
        zh 会先显示个数并要求确认；只对数到的那些执行，否则一个也不做。
        en All that match; needed where no filter is given.
        zh 全部符合的；没有写筛选条件时必须写。
        en Do it without the question.
        zh 不询问，直接执行。
        en What to do: enable, disable, delete, label or group.
        zh 做什么：enable、disable、delete、label 或 group。
        en Only tasks with this text in name or description.
        zh 只看名称或说明里有这段文字的任务。
        en Only tasks with this label: name or name=value.
        zh 只看有这个标签的任务：name 或 name=value。
        en Of disable: resume them at this RFC 3339 time.
        zh 用于 disable：到这个 RFC 3339 时间恢复。
        en Of label: set name=value; repeatable.
        zh 用于 label：设置 name=value；可重复。
        en Of label: take this label away; repeatable.
        zh 用于 label：去掉这个标签；可重复。
        en Of group: bind to this group, by name or number; repeatable.
        zh 用于 group：绑定到这个分组，写名称或编号；可重复。
        en Of group: unbind from this group, by name or number; repeatable.
        zh 用于 group：解除与这个分组的绑定，写名称或编号；可重复。
        en Runs what a task would say once on one host, and saves nothing.
        zh 在一台主机上把任务的内容运行一次，不保存。
        en It counts nowhere, is not retried, and nobody is told of it. Exit code 1 tells that it did not succeed.
        zh 不计入统计，不重试，也不通知。退出码 1 表示没有成功。
        en The host, by name or id: one of the task's groups that is connected.
        zh 主机，写名称或编号：任务分组中已连接的一台。
        en What its record is called.
        zh 它的记录叫什么。
        """#
}
