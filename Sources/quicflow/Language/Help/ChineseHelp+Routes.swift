// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of runs, versions, the audit, one-time codes, and what has no command of its own.
    static let routes = #"""
        en Who did what: changes, sign-ins, sensitive reads.
        zh 谁做了什么：修改、登录、敏感读取。
        en Whether rows were changed or taken out is found by 'quicflow-server audit verify' on the server's host.
        zh 是否有记录被改动或删除，用服务器主机上的 'quicflow-server audit verify' 检查。
        en Lists rows, newest first.
        zh 列出记录，最新的在前。
        en Only what this person, token's owner or host did; the exact name.
        zh 只列出此人、令牌所有者或主机做的；完整名称。
        en Only this, such as job.update or session.start.
        zh 只列出这种操作，如 job.update 或 session.start。
        en Only about this: a kind, such as job, or a kind and an id, such as job:42.
        zh 只列出关于它的：种类，如 job；或种类和编号，如 job:42。
        en ok, denied or failed.
        zh ok（成功）、denied（被拒绝）或 failed（失败）。
        en Show what each change was before and after.
        zh 显示每次修改之前和之后的内容。
        en Writes all rows that a filter finds to a file or standard output.
        zh 把筛选到的全部记录写入文件或标准输出。
        en csv or json.
        zh csv 或 json。
        en The file; standard output without it.
        zh 文件；不写则为标准输出。
        en Runs: all executions that one fire or start began, as one.
        zh 运行：一次触发或启动产生的全部执行，作为一个整体。
        en Lists runs, newest first.
        zh 列出运行，最新的在前。
        en Only these states, separated by commas: pending, running, succeeded, failed, cancelled, skipped.
        zh 只列出这些状态，用逗号分隔：pending、running、succeeded、failed、cancelled、skipped。
        en Only what was started so: schedule, manual, webhook, retry, backfill, maintenance and others.
        zh 只列出这样启动的：schedule、manual、webhook、retry、backfill、maintenance 等。
        en Shows a run, its executions, and with --timeline what happened to it.
        zh 显示一次运行和它的执行；加 --timeline 显示经过。
        en Everything that happened to it, in order.
        zh 按顺序显示发生过的一切。
        en Id of the run.
        zh 运行的编号。
        en Stops all that is open of a run.
        zh 停止一次运行中未结束的全部执行。
        en Stopping what has ended changes nothing and is no error.
        zh 停止已结束的运行没有效果，也不是错误。
        en Runs a run again, with the same parameters on the same hosts.
        zh 用相同参数在相同主机上再运行一次。
        en Writes a run with what its executions did and wrote to a file or standard output.
        zh 把一次运行和它的执行、输出写入文件或标准输出。
        en json or text.
        zh json 或 text。
        en Lists what a task said before, shows one of its versions, or makes it say that again.
        zh 列出任务以前的版本，显示其中一个，或恢复它。
        en Print what this version said, as JSON.
        zh 以 JSON 显示这个版本的内容。
        en Make the task say again what this version said, as a new version.
        zh 把任务恢复为这个版本的内容，成为新版本。
        en Moves the next run of a task with a fixed interval, and with it all later ones.
        zh 移动固定间隔任务的下一次运行，之后的也随之移动。
        en By how much it comes later: 90s, 30m, 2h.
        zh 推迟多少：90s、30m、2h。
        en By how much it comes earlier.
        zh 提前多少。
        en Names values in tasks that look like secrets in clear.
        zh 指出任务中看起来是明文密钥的值。
        en Such tasks go on working. The exit code is 1 when there are any.
        zh 这样的任务照常运行。有发现时退出码为 1。
        en Coming fires, by the minute; of the next hour.
        zh 即将到来的触发，按分钟列出；默认未来一小时。
        en How far ahead: 30m, 24h, 7d; at most 14 days.
        zh 看多远：30m、24h、7d；最多 14 天。
        en One-time codes beside your password.
        zh 密码之外的动态口令。
        en Says whether signing in takes a code, and how many recovery codes are left.
        zh 说明登录是否需要动态口令，以及剩余多少恢复码。
        en Makes a secret for an application of one-time codes; it counts from its first code on.
        zh 为动态口令应用生成密钥；从第一个口令起生效。
        en On a terminal it asks for that code; else 'quicflow totp confirm' brings it.
        zh 在终端上会询问该口令；否则用 'quicflow totp confirm' 提交。
        en Lets the new secret count, by its first code, and prints the recovery codes.
        zh 用第一个口令使新密钥生效，并显示恢复码。
        en The code that the application shows is asked for on the terminal, or is the first line of standard input; never an argument, which everybody on the host could read.
        zh 应用显示的动态口令在终端上询问，或来自标准输入的第一行；从不来自参数，因为主机上的所有人都能看到参数。
        en Makes other recovery codes; those of before are worth nothing.
        zh 生成新的恢复码；以前的作废。
        en Turns one-time codes off.
        zh 关闭动态口令。
        en It asks for a code of the application, or a recovery code; with --password-stdin that is the second line.
        zh 会询问应用程序显示的动态口令或恢复码；使用 --password-stdin 时，它是标准输入的第二行。
        en Takes a user's one-time codes away, for a lost phone, and ends all their sessions.
        zh 为丢失手机的用户取消动态口令，并结束他的全部会话。
        en Deletes a host: its certificate is worth nothing any more, and its jobs stop.
        zh 删除主机：它的证书作废，上面的任务停止。
        en What ran there stays in the history. To come back it has to join again.
        zh 在那里运行过的留在历史中。要回来必须重新加入。
        en Sums up what ended, by task and by group; of the last seven days.
        zh 按任务和分组汇总已结束的执行；默认最近七天。
        en So many lines of each list, 1 to 100 (10).
        zh 每个列表的行数，1 到 100（10）。
        en Sends a request to the API and prints what it answers as JSON.
        zh 向 API 发送请求，并以 JSON 显示答复。
        en Paths are those of /openapi.json, with or without /api/v1: quicflow api GET /tasks/7/rollout. Names of fields and their meaning are in the server's /redoc.
        zh 路径见 /openapi.json，写不写 /api/v1 都可以：quicflow api GET /tasks/7/rollout。字段的名称和含义见服务器的 /redoc。
        en GET, POST, PUT, PATCH or DELETE.
        zh GET、POST、PUT、PATCH 或 DELETE。
        en The path, with its query if there is one.
        zh 路径，有查询参数时一并写上。
        en A file with the body as JSON; - reads standard input.
        zh 含 JSON 请求体的文件；- 表示标准输入。
        en Sign in at this OpenID provider of the server, by a browser.
        zh 用浏览器在服务器的这个 OpenID 身份提供方登录。
        en Replaces a channel by what a file says; a password that the file leaves out stays.
        zh 用文件的内容替换渠道；文件没有写的密码保持不变。
        en Replaces a rule by what a file says.
        zh 用文件的内容替换规则。
        """#
}
