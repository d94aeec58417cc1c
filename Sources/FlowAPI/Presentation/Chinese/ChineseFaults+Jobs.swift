// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of tasks, their schedules and placement.
    static let jobs = #"""
        en '{value}' is no integer such as 42 or -7
        zh “{value}”不是 42 或 -7 这样的整数
        en '{value}' is no number such as 42 or -0.5
        zh “{value}”不是 42 或 -0.5 这样的数字
        en '{value}' is neither 'true' nor 'false'
        zh “{value}”不是“true”或“false”
        en '{value}' is none of {choices}
        zh “{value}”不是 {choices} 之一
        en A task without a time limit (timeout 0) takes the permission 'settings:write'. Give it a timeout of up to {longest} seconds, or ask an administrator.
        zh 没有时间限制的任务（timeout 0）需要权限“settings:write”。请给出不超过 {longest} 秒的超时时间，或联系管理员。
        en a selector has at most {limit} bytes
        zh 选择条件最多 {limit} 字节
        en a selector has at most {termLimit} conditions
        zh 选择条件最多 {termLimit} 个
        en a condition is missing: between commas stands one, such as region=eu
        zh 缺少条件：逗号之间应有一个条件，如 region=eu
        en '{text}': after 'in' stands a list such as (a|b)
        zh “{text}”：“in”之后是 (a|b) 这样的列表
        en '{name}': {fault}
        zh “{name}”：{fault}
        en Task {id} has no past times: only tasks with cron expressions or equal distances have.
        zh 任务 {id} 没有过去的触发时间：只有 cron 表达式或固定间隔的任务才有。
        en Task {id} rests: it is {hold}. Enable it first.
        zh 任务 {id} 不会自动运行：{hold}。请先启用它。
        en Task {id} is disabled. Enable it first.
        zh 任务 {id} 已停用。请先启用它。
        en no task has times before 1970
        zh 没有任务在 1970 年以前有触发时间
        en 'to' is not later than 'from'
        zh “to”不晚于“from”
        en {until} is in the future; the server's clock shows {now}
        zh {until} 还没有到；服务器时间是 {now}
        en 1 to {room}: overlap '{overlap}' of the task lets so many be open at once
        zh 1 到 {room}：任务的 overlap “{overlap}”最多允许同时打开这么多
        en {lowerBound} to {upperBound} starts a minute
        zh 每分钟启动 {lowerBound} 到 {upperBound} 个
        en The task cannot be backfilled
        zh 任务不能补跑
        en the task has no time between {from} and {until}
        zh 任务在 {from} 到 {until} 之间没有触发时间
        en the task has more than {limit} times in this range; end it no later than: {end}
        zh 这段时间内任务有超过 {limit} 个触发时间；结束时间不能晚于：{end}
        en The server is stopping.
        zh 服务器正在停止。
        en '{date}' is no day; write one such as 2026-11-21.
        zh “{date}”不是日期；请写 2026-11-21 这样的日期。
        en at most {countLimit} labels
        zh 最多 {countLimit} 个标签
        en The labels cannot be saved
        zh 标签不能保存
        en There is no host '{id}'. It may have been deleted.
        zh 没有主机“{id}”，可能已被删除。
        en No other server would do its work. Start one first, or have one resume.
        zh 没有别的服务器能接手它的工作。请先启动一台，或让一台恢复工作。
        en Only one server works. Start another one, or have one resume.
        zh 只有一台服务器在工作。请先启动另一台，或让一台恢复工作。
        en There is no execution {id}. It may be older than the history that is kept.
        zh 没有执行 {id}，可能已超出保留的历史。
        en Execution {id} is {name}. Wait until it ends, or cancel it, before you run it again.
        zh 执行 {id} 的状态是 {name}。请等它结束或取消它，再重新运行。
        en The job '{jobName}' has been deleted, so it cannot be run again.
        zh 任务“{jobName}”已被删除，不能再运行。
        en User '{username}' lacks the permission '{permission}' on the groups of this execution. Ask an administrator.
        zh 用户“{username}”在这次执行的分组上没有“{permission}”权限。请联系管理员。
        en {subject}: {path}: {text}{more}
        zh {subject}：{path}：{text}{more}
        en at most {ruleLimit} rules
        zh 最多 {ruleLimit} 条规则
        en every host is in 'all' already
        zh 每台主机本来就在“all”中
        en there is no group {group}
        zh 没有分组 {group}
        en at most {conditionLimit} of a kind
        zh 每种条件最多 {conditionLimit} 个
        en The rules cannot be saved
        zh 规则不能保存
        en name at least one host
        zh 至少指定一台主机
        en at most 10000 hosts at once
        zh 一次最多 10000 台主机
        en there is no host '{agent}'
        zh 没有主机“{agent}”
        en The hosts cannot be added
        zh 主机不能加入
        en There is no group {id}.
        zh 没有分组 {id}。
        en The built-in group of all hosts can be neither changed nor deleted.
        zh 内置的全部主机分组不能修改，也不能删除。
        en a group's name has 1 to 64 characters and no blanks around it
        zh 分组名称为 1 到 64 个字符，首尾不能有空格
        en a group's description has at most 256 characters
        zh 分组说明最多 256 个字符
        en at most 32 tags
        zh 最多 32 个标签
        en a tag is named twice
        zh 有一个标签写了两次
        en a tag has 1 to 64 characters and no comma
        zh 标签为 1 到 64 个字符，不能有逗号
        en The group cannot be saved
        zh 分组不能保存
        en not JSON at byte {position}: {error}
        zh 第 {position} 个字节处不是 JSON：{error}
        en the body has nothing at '{pointer}'
        zh 请求体中没有“{pointer}”
        en The call starts nothing
        zh 这次调用没有启动任务
        en The call starts nothing: {path}: {message}
        zh 这次调用没有启动任务：{path}：{message}
        en There is no job {id}.
        zh 没有任务 {id}。
        en a topic is made of at most 128 letters, digits, '.', '_', '-', ':' and '/'
        zh 主题最多 128 个字符，由字母、数字、“.”、“_”、“-”、“:”和“/”组成
        en say which files start the task: their path
        zh 请写明由哪些文件启动任务：它们的路径
        en files belong to the format 'file'; leave this out
        zh 文件属于格式“file”；请去掉此项
        en write an absolute path such as /srv/in/*.csv: '*' and '?' only behind the last '/', and no '..'
        zh 请写绝对路径，例如 /srv/in/*.csv：“*”和“?”只能在最后一个“/”之后，且不能有“..”
        en a file counts when it has not changed for 1 to 86400 seconds
        zh 文件在 1 到 86400 秒内没有变化才算数
        en the server chooses where this task runs; a file on a host can't start it there
        zh 任务在哪里运行由服务器选择；主机上的文件不能在那里启动它
        en say which messages start the task: their topic
        zh 请写明哪些消息会启动任务：它们的主题
        en a topic belongs to the format 'message'; leave it out
        zh 主题只属于格式“message”；请去掉
        en nobody calls it, so there is no address to look at; leave this out
        zh 没有人调用它，也就没有地址可查；请去掉
        en nobody calls it, so it has no secret; leave this out
        zh 没有人调用它，所以它没有密钥；请去掉
        en the server chooses where this task runs; a host that joins can't start it there
        zh 这个任务在哪里运行由服务器选择；新加入的主机不能在自己上面启动它
        en The message can't be sent
        zh 消息不能发送
        en a key has 1 to 128 bytes; without one each message is a new one
        zh key 有 1 到 128 字节；不写 key 则每条消息都是新的
        en Messages on '{topic}' start {count} tasks already. Choose another topic.
        zh 主题“{topic}”的消息已经会启动 {count} 个任务。请换一个主题。
        en at most {count} webhooks for a topic
        zh 每个主题最多 {count} 个 Webhook
        en a webhook's name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64
        zh Webhook 名称以字母或数字开头，后面是字母、数字、“.”、“_”或“-”，最多 64 个字符
        en at most 100 blocks of addresses
        zh 最多 100 个地址段
        en at most {mappingLimit} parameters
        zh 最多 {mappingLimit} 个参数
        en a parameter's name is made of at most 64 letters, digits and '_' and does not start with a digit
        zh 参数名最多 64 个字符，只含字母、数字和“_”，不以数字开头
        en two parameters have the same name apart from case
        zh 有两个参数的名称只有大小写不同
        en at most {conditionLimit} conditions
        zh 最多 {conditionLimit} 个条件
        en name 1 to 50 values, one of which has to stand there
        zh 请写 1 到 50 个值，其中之一要出现在那里
        en The webhook cannot be saved
        zh Webhook 不能保存
        en a secret has 16 to 256 printable ASCII characters without blanks; leave it out for a fresh one
        zh 密钥为 16 到 256 个可见的 ASCII 字符，不能有空格；不填则由服务器生成
        en write it as whsec_ and the base64 of 16 to 128 bytes
        zh 请写成 whsec_ 加上 16 到 128 字节的 base64
        en it stands in an address: letters, digits, '-' and '_'
        zh 它是地址的一部分：只含字母、数字、“-”和“_”
        en The time span has to end after it begins and may cover at most 366 days.
        zh 结束时间要晚于开始时间，最多跨 366 天。
        en The time span has to end after it begins and may cover at most 14 days.
        zh 结束时间要晚于开始时间，最多跨 14 天。
        en a task that two persons start cannot wait for other tasks: their end would start it
        zh 由两个人启动的任务不能依赖其他任务：那样其他任务结束就会启动它
        en The job cannot be saved
        zh 任务不能保存
        en This server's store has no dependencies between tasks yet.
        zh 这台服务器的存储还不支持任务之间的依赖。
        en '{name}' waits for no other task. Give it dependencies first.
        zh “{name}”不依赖其他任务。请先设置依赖。
        en a task waits for at most {parentLimit} others
        zh 一个任务最多依赖 {parentLimit} 个任务
        en {maxAgeSeconds} is outside {lowerBound} to {upperBound} seconds
        zh {maxAgeSeconds} 不在 {lowerBound} 到 {upperBound} 秒之间
        en task {parent} is named twice
        zh 任务 {parent} 写了两次
        en there is no task {parent} that you may see
        zh 没有任务 {parent}，或你无权查看
        en this task has a schedule too; say 'start' when its parents start further runs beside it
        zh 这个任务还有自己的调度；如果上游结束时要另外启动运行，请写“start”
        en with join 'any' no parent is waited for; leave one of them out
        zh join 为“any”时不等待任何上游；请去掉其中一个
        en {value} is outside 60 to 2592000 seconds
        zh {value} 不在 60 到 2592000 秒之间
        en You may not see all hosts of this task, so not where it would run.
        zh 你无权查看这个任务的全部主机，所以看不到它会在哪里运行。
        en Job {id} has no fixed interval: edit its schedule to move its fires.
        zh 任务 {id} 没有固定间隔：要改变触发时间，请修改它的调度。
        en Job {id} does not run by itself, so there is no next run to move.
        zh 任务 {id} 不会自动运行，没有可移动的下次运行。
        en Job {id} is running. Move its next run when this one has ended.
        zh 任务 {id} 正在运行。请等它结束后再移动下次运行。
        en Job {id} would not run any more: its end date is earlier.
        zh 任务 {id} 将不再运行：它的结束日期更早。
        en Job {id} keeps being changed by somebody else. Try again.
        zh 任务 {id} 不断被别人修改。请再试一次。
        en {until} is in the past; choose a later time
        zh {until} 已经过去；请选一个以后的时间
        en a pause is at most ten years long; disable the task instead
        zh 最多暂停十年；更久请停用任务
        en The task cannot be paused
        zh 任务不能暂停
        en It is {en}.
        zh {en}。
        en It is disabled.
        zh 它已停用。
        en Job {id} does not run by itself, so there is nothing to pause. {why} Enable it first.
        zh 任务 {id} 不会自动运行，没有什么可暂停。{why}请先启用它。
        en Job {id} has finished: its schedule has no further fire. Give it a later time, or trigger it by hand.
        zh 任务 {id} 已完成：它的调度没有下一次触发。请给它一个以后的时间，或手动触发。
        en Version {number} was stored by an older version of QuartzFlow, which did not keep all of it. Edit the task instead.
        zh 版本 {number} 由旧版 QuartzFlow 保存，内容不完整。请直接编辑任务。
        en There is no version {number} of job {id}, or it is no longer kept.
        zh 任务 {id} 没有版本 {number}，或该版本已不再保留。
        en '{name}' is a step of workflow {workflow}. Change the workflow instead.
        zh “{name}”是工作流 {workflow} 的一个步骤。请修改工作流。
        en A job without faults has no definition.
        zh 任务没有错误，却没有定义。
        en there is no secret '{name}' that you may use; 'quicflow secret list' shows them
        zh 没有密钥“{name}”，或你不能使用它；用 'quicflow secret list' 查看
        en the secret '{name}' is not for all groups of this task
        zh 密钥“{name}”不适用于这个任务的所有分组
        en The schedule of job {id} no longer compiles: {error}. Edit the job.
        zh 任务 {id} 的调度无法再解析：{error}。请编辑任务。
        en You changed version {expected}, but version {stored} is stored. Load it and repeat your change.
        zh 你修改的是版本 {expected}，而现在保存的是版本 {stored}。请重新加载后再修改。
        en This output is archived, and this server has no archive. Set archive.directory or archive.s3 as it was when the output was archived.
        zh 输出已归档，而这台服务器没有归档存储。请把 archive.directory 或 archive.s3 设成归档时的值。
        en This output is archived in {place}, which can't be read now: {words}
        zh 输出归档在 {place}，现在读不了：{words}
        en This output is archived in {place} and is damaged there: {words}
        zh 输出归档在 {place}，但已损坏：{words}
        en a parameter's value has at most {parameterBytes} bytes
        zh 参数值最多 {parameterBytes} 字节
        en a parameter's value has no NUL character
        zh 参数值不能有 NUL 字符
        en The job cannot be started
        zh 任务不能启动
        en the task takes no parameter '{name}'; it takes {names}
        zh 任务没有参数“{name}”；它有 {names}
        en this parameter is required, {kind}
        zh 必须给出这个参数，{kind}
        en There is no run {id}. It may be older than the history that is kept.
        zh 没有运行 {id}，可能已超出保留的历史。
        en it ended before it began
        zh 它在开始之前就结束了
        en a report is at most seven days late
        zh 报告最多迟七天
        en The report cannot be taken
        zh 报告不能接收
        en This server's store takes no reports of others.
        zh 这台服务器的存储不接收外部报告。
        en Run {id} is {state}. Wait until it ends, or stop it.
        zh 运行 {id} 的状态是 {state}。请等它结束，或停止它。
        en This idempotency key started run {id} with other parameters. Use a new key for another request.
        zh 这个幂等键已用其他参数启动了运行 {id}。另一个请求请用新的键。
        en it belongs to another request
        zh 它属于另一个请求
        en An idempotency key has 1 to 128 visible ASCII characters.
        zh 幂等键为 1 到 128 个可见的 ASCII 字符。
        en 1 to 128 visible ASCII characters
        zh 1 到 128 个可见的 ASCII 字符
        en No token changes '{key}': it is about who gets in. Sign in for it.
        zh 令牌不能修改“{key}”：它关系到谁能进入。请登录后修改。
        en The server's configuration decides on this, and wins over what is set here. Change it there and restart.
        zh 这一项由服务器配置决定，优先于这里的设置。请在配置中修改并重启。
        en '{written}' is not possible; write {possible}
        zh “{written}”不行；请写{possible}
        en The settings cannot be saved
        zh 设置不能保存
        en a reason has 1 to {limit} characters, and no control characters
        zh 原因为 1 到 {limit} 个字符，不能有控制字符
        en The scheduler cannot be stopped
        zh 调度器不能停止
        en others
        zh 其他
        """#
}
