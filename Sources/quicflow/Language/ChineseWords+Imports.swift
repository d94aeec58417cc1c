// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// About what `task import` reads.
    static let imports = #"""
        en this is no JSON: {error}
        zh 这不是 JSON：{error}
        en '{name}' has no script
        zh “{name}”没有脚本
        en '{name}': JSON on standard output means nothing here; it is output
        zh “{name}”：标准输出上的 JSON 在这里没有特别含义，只是输出
        en '{name}' has no address
        zh “{name}”没有地址
        en '{name}': {key} is left out; the status of the answer decides
        zh “{name}”：{key} 已忽略；由应答的状态码决定
        en '{name}': certificates are checked here
        zh “{name}”：这里会检查证书
        en '{name}' runs the plugin '{plugin}', which is not here; write it as a command
        zh “{name}”使用插件“{plugin}”，这里没有；请写成命令
        en '{name}' names years, which a schedule here can't; make it by hand, with not_before and not_after
        zh “{name}”指定了年份，这里的调度做不到；请手动创建，用 not_before 和 not_after
        en ; make a rule of notifications
        zh ；请创建通知规则
        en ; make a workflow or dependencies
        zh ；请创建工作流或依赖
        en ; set limits of the command
        zh ；请设置命令的限制
        en '{name}': {key} is left out{hint}
        zh “{name}”：{key} 已忽略{hint}
        en '{name}' ran on one server of '{importText}'; here every host of the group runs it
        zh “{name}”在“{importText}”的一台服务器上运行；在这里分组中的每台主机都会运行
        en '{name}' was detached; here runs outlive a restart of the agent anyway
        zh “{name}”是分离运行的；在这里运行本来就不受代理重启影响
        en runs as {user}, by run_as: hosts that do not allow it, or lack the user, start nothing and say so
        zh 以 {user} 运行（run_as）：不允许它或没有这个用户的主机不会启动，并会说明
        en runs as {agentUser}, the agents' user, and not as {user}: made disabled; check its rights, then enable it
        zh 以代理的用户 {agentUser} 运行，而不是 {user}：创建为停用；请检查权限后再启用
        en '{sign}' leaves a process behind: made with leave_processes, so that it lives on as under cron; nobody watches it, a service of the host would be better
        zh “{sign}”会留下进程：以 leave_processes 创建，使它像在 cron 中一样继续运行；没有人看管它，做成主机的服务更好
        en '{name}': the timeout '{timeout}' can't be read; left out
        zh “{name}”：超时“{timeout}”读不懂，已忽略
        en '{name}': '{text}' is no period of whole seconds
        zh “{name}”：“{text}”不是整数秒的周期
        en '{name}' has no command
        zh “{name}”没有命令
        en '{name}' ran without a shell; here its signs ($, *, | …) mean something
        zh “{name}”原来不经 shell 运行；在这里 shell 的符号（$、*、| …）有特别含义
        en '{name}': {key} is left out
        zh “{name}”：{key} 已忽略
        en '{name}' runs by the executor '{executor}', which is not here; write it as a command
        zh “{name}”使用执行器“{executor}”，这里没有；请写成命令
        en '{name}': '{pair}' is no NAME=value; left out
        zh “{name}”：“{pair}”不是 NAME=value，已忽略
        en '{name}': mem_limit_kb is left out; set limits of the command
        zh “{name}”：mem_limit_kb 已忽略；请设置命令的限制
        en ; make a dependency on '{importText}'
        zh ；请设置对“{importText}”的依赖
        en ; output is kept with each run
        zh ；输出随每次运行保存
        en ; set not_before and not_after
        zh ；请设置 not_before 和 not_after
        en '{name}' ran on as many nodes as its tags say; here every host of the group runs it
        zh “{name}”按标签指定的数量选择节点；在这里分组中的每台主机都会运行
        en '{name}' ran on nodes with {words}; choose a group of such hosts
        zh “{name}”在带有 {words} 的节点上运行；请选择由这样的主机组成的分组
        en it wants a day of the month and a weekday at once, where cron takes either; check the day in the command, or write it as the n-th weekday (MON#1)
        zh 它同时要求日期和星期，而 cron 只取其一；请在命令中检查日期，或写成第几个星期几（MON#1）
        en commands run on the hosts of the task's groups, on each of them, as the agents' user
        zh 命令在任务分组的每台主机上运行，使用代理的用户
        en a run without a limit of its own is ended after {days} days
        zh 没有时限的运行在 {days} 天后结束
        en a run without a limit of its own is ended after {timeout} s
        zh 没有时限的运行在 {timeout} 秒后结束
        en a run without a limit of its own is never ended by one
        zh 没有时限的运行不会因超时而结束
        en runs have no time limit, as under cron
        zh 运行没有时限，与 cron 相同
        en a run longer than {timeout} s is ended; cron had no limit
        zh 运行超过 {timeout} 秒会被结束；cron 没有时限
        en --timeout is 0, or 10 to 604800.
        zh --timeout 为 0，或 10 到 604800。
        en '{name}' runs as {user}, by run_as: hosts that do not allow it, or lack the user, start nothing and say so
        zh “{name}”以 {user} 运行（run_as）：不允许它或没有这个用户的主机不会启动，并会说明
        en '{name}' runs as {agentUser}, the agents' user, and not as {user}: made disabled; check its rights, then enable it
        zh “{name}”以代理的用户 {agentUser} 运行，而不是 {user}：创建为停用；请检查权限后再启用
        en its schedule '{text}' can't be had here: {plain}
        zh 这里不能用它的调度“{text}”：{plain}
        en it has no command
        zh 它没有命令
        en a run longer than {days} days is ended; cron had no limit
        zh 运行超过 {days} 天会被结束；cron 没有时限
        en a fire is skipped while the run before it still runs; cron starts another
        zh 上一次还在运行时，这次触发会跳过；cron 会再启动一个
        en output is kept with each run and not mailed
        zh 输出随每次运行保存，不发邮件
        en this is no list of jobs
        zh 这不是任务列表
        en All lines: {note}
        zh 所有行：{note}
        en , 1 line could not be read
        zh ，1 行读不懂
        en , {skipped} lines could not be read
        zh ，{skipped} 行读不懂
        en {candidates} tasks{unread}; nothing is made without --apply.
        zh {candidates} 个任务{unread}；没有 --apply 就不会创建。
        en $({name}) is put in as ${{name2}}: its value is not read as part of the script
        zh $({name}) 写成了 ${{name2}}：它的值不会作为脚本的一部分来读
        en $({name}) is left as it is: no shell has a variable of that name
        zh $({name}) 保持原样：shell 没有这种名称的变量
        en $({name}) is left as it is: if envFrom brings it, write {name2} into env
        zh $({name}) 保持原样：如果它来自 envFrom，请把 {name2} 写进 env
        en {kind} is no CronJob; left out
        zh {kind} 不是 CronJob，已忽略
        en an object without a kind is no CronJob; left out
        zh 没有类型的对象不是 CronJob，已忽略
        en '{name}' has no schedule, or no template of a pod
        zh “{name}”没有调度，或没有 pod 模板
        en '{name}' has {containers} containers; only one can become a task (a workflow can have several)
        zh “{name}”有 {containers} 个容器；只有一个容器的才能成为任务（工作流可以有多个）
        en '{name}' runs what its image says; write the command that is to run on a host
        zh “{name}”运行镜像里指定的内容；请写出要在主机上运行的命令
        en {name} is left out: a task runs once on each host of its groups
        zh {name} 已忽略：任务在分组中的每台主机上运行一次
        en variable {name} is made of one whose value is not here; left out
        zh 变量 {name} 用到一个这里没有值的变量，已忽略
        en variable {name} comes from the secret '{secret}': set it here (quicflow secret set) and write secret:NAME
        zh 变量 {name} 来自密钥“{secret}”：请在这里设置（quicflow secret set），并写 secret:NAME
        en variable {name} has no value of its own; left out
        zh 变量 {name} 自己没有值，已忽略
        en image {image} is not used: the command runs on the host itself, which needs its programs
        zh 镜像 {image} 不会使用：命令直接在主机上运行，主机要有它需要的程序
        en {key} of the {word} is left out
        zh {word} 的 {key} 已忽略
        en '{first}' is no list of weekdays
        zh “{first}”不是星期列表
        en '{word}' is neither a date nor a time
        zh “{word}”既不是日期也不是时间
        en days counted from the end of the month, but for the last one, can't be said here
        zh 这里只能从月末数最后一天，不能数别的日子
        en '{date}' is no date
        zh “{date}”不是日期
        en a year can't be said here; make the task by hand, with not_after
        zh 这里不能指定年份；请手动创建任务，用 not_after
        en '{time}' is no time
        zh “{time}”不是时间
        en '{date} {time}' has something that cron has no words for
        zh “{date} {time}”中有 cron 无法表达的内容
        en '{fields}' are no days
        zh “{fields}”不是日期
        en '@' (another argv[0]) can't be said here
        zh “@”（另一个 argv[0]）在这里无法表达
        en '|' (the user's own shell) can't be said here
        zh “|”（用户自己的 shell）在这里无法表达
        en '{word}' (other rights) is not kept: it runs as the agents' user
        zh “{word}”（其他权限）不保留：它以代理的用户运行
        en several commands in one line can't be taken apart here
        zh 一行中的多条命令在这里无法拆开
        en '{text}' is left out: it is the name of no variable, and so nothing
        zh “{text}”已忽略：它不是变量名，所以没有内容
        en ${name} is split at blanks, but quotes in its value stay
        zh ${name} 会按空格拆开，但其中的引号保留
        en ${{name}} is left out: it is the name of no variable, and so nothing
        zh ${{name}} 已忽略：它不是变量名，所以没有内容
        en its unit {wanted} is not among the files; add it
        zh 它的单元 {wanted} 不在这些文件中；请加上
        en no timer among the files starts it; nothing is made of it
        zh 这些文件中没有定时器启动它；没有由它创建任务
        en only .timer and .service units are read
        zh 只读取 .timer 和 .service 单元
        en RandomizedDelaySec={value} is no span of time; left out
        zh RandomizedDelaySec={value} 不是时长，已忽略
        en {key}= is left out
        zh {key}= 已忽略
        en {key}={value} is no span of time
        zh {key}={value} 不是时长
        en {key}= is left out: the period begins when the task is made
        zh {key}= 已忽略：周期从创建任务时开始
        en it runs once after each boot, without waiting for {value}; put a sleep before it
        zh 它在每次开机后运行一次，不等待 {value}；请在前面加上 sleep
        en it never repeats; make the task by hand
        zh 它从不重复；请手动创建任务
        en it has several times: one task is made for each, which may run beside one another
        zh 它有多个时间：每个时间创建一个任务，它们可能同时运行
        en {key}={value} is no span of time; left out
        zh {key}={value} 不是时长，已忽略
        en ; write '. {trimmingPrefix}' into the command
        zh ；请把 '. {trimmingPrefix}' 写进命令
        en ; set retries of the task
        zh ；请设置任务的重试
        en ; use trap in the command
        zh ；请在命令中使用 trap
        en {key}= is left out{hint}
        zh {key}= 已忽略{hint}
        en {key}= is left out; use the task's notifications
        zh {key}= 已忽略；请使用任务的通知
        en {name} has no ExecStart=
        zh {name} 没有 ExecStart=
        en '{text}' in {key}= is left out: {error}
        zh {key}= 中的“{text}”已忽略：{error}
        en WorkingDirectory={path} is left out; only a path can be given
        zh WorkingDirectory={path} 已忽略；只能写路径
        en Environment= is left out: {error}
        zh Environment= 已忽略：{error}
        en '{word}' is no NAME=value; left out
        zh “{word}”不是 NAME=value，已忽略
        en names of signals in SuccessExitStatus= are left out
        zh SuccessExitStatus= 中的信号名已忽略
        en '{word}' can't be said here; write out what it stands for
        zh “{word}”在这里无法表达；请写出它代表的内容
        en {word} is written out as {place}, which it is for units of the system
        zh {word} 写成了 {place}，系统单元中就是这样
        en the unit's name stands for bytes that are no text in UTF-8
        zh 单元名称中的字节不是 UTF-8 文本
        en this is no text in UTF-8
        zh 这不是 UTF-8 文本
        en '{prefix}' is no line of a unit
        zh “{prefix}”不是单元文件的一行
        en a quote is not closed
        zh 引号没有结束
        en its escapes make bytes that are no text in UTF-8
        zh 转义产生的字节不是 UTF-8 文本
        en it has {fields} fields where the first line has {columns}
        zh 它有 {fields} 个字段，而第一行有 {columns} 个
        en it has {values} values for {names} columns
        zh 它有 {values} 个值，而列有 {names} 个
        en only INSERT … VALUES can be read
        zh 只能读取 INSERT … VALUES
        en this is no text in UTF-8; iconv -f GBK -t UTF-8 may help
        zh 这不是 UTF-8 文本；可以试试 iconv -f GBK -t UTF-8
        en there is no row of xxl_job_info: neither INSERT INTO xxl_job_info nor CSV with its columns
        zh 没有 xxl_job_info 的行：既没有 INSERT INTO xxl_job_info，也不是带有其列名的 CSV
        en '{name}': '{text}' is no Quartz expression of six or seven fields
        zh “{name}”：“{text}”不是六段或七段的 Quartz 表达式
        en '{name}': '{text}' is no number of seconds
        zh “{name}”：“{text}”不是秒数
        en '{name}': the schedule type '{type}' is not known
        zh “{name}”：不认识的调度类型“{type}”
        en the handler '{row}'
        zh 处理器“{row}”
        en '{name}' is code of a Java executor ({what}); write a command or an HTTP request that starts it
        zh “{name}”是 Java 执行器中的代码（{what}）；请写启动它的命令或 HTTP 请求
        en '{name}' has no script (glue_source)
        zh “{name}”没有脚本（glue_source）
        en '{name}': its parameter is left out; the script finds no argument
        zh “{name}”：它的参数已忽略；脚本收不到参数
        en '{name}': '{strategy}' chose one executor; here every host of the group runs it, so choose a group of one host
        zh “{name}”：“{strategy}”选择一个执行器；在这里分组中的每台主机都会运行，请选择只有一台主机的分组
        en '{name}': shards are not numbered; each host runs the whole
        zh “{name}”：分片没有编号；每台主机运行全部
        en '{name}': its children {children} are left out; make a workflow or dependencies
        zh “{name}”：它的子任务 {children} 已忽略；请创建工作流或依赖
        en '{name}': its alarm by mail is left out; make a rule of notifications
        zh “{name}”：它的邮件告警已忽略；请创建通知规则
        en OnCalendar={value}: {error}
        zh OnCalendar={value}：{error}
        """#
}
