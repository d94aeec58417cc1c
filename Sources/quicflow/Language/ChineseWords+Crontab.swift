// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// About lines of a crontab.
    static let crontab = #"""
        en there are 7 schedule fields and cron reads 5; second first and year last is meant: make the task with --cron '{seven}'
        zh 有 7 个调度字段，而 cron 只读 5 个；看来秒在最前、年在最后：请用 --cron '{seven}' 创建任务
        en there are 6 schedule fields and cron reads 5; with the year last, as AWS and supercronic write it, make the task with --cron '0 {text}'
        zh 有 6 个调度字段，而 cron 只读 5 个；如果像 AWS 和 supercronic 那样年在最后，请用 --cron '0 {text}' 创建任务
        en there are 6 schedule fields and cron reads 5; with the second first, as Quartz writes it, make the task with --cron '{text}'
        zh 有 6 个调度字段，而 cron 只读 5 个；如果像 Quartz 那样秒在最前，请用 --cron '{text}' 创建任务
        en there are 6 schedule fields and cron reads 5; which is meant? With the second first it is --cron '{text}', with the year last --cron '0 {text2}', and with five fields take one '*' away
        zh 有 6 个调度字段，而 cron 只读 5 个；是哪一种？秒在最前是 --cron '{text}'，年在最后是 --cron '0 {text2}'，如果是五个字段，请去掉一个 '*'
        en '{text}' runs backwards: Debian's cron takes it and fires at no time, others refuse it; here it goes on past the end of the {week}
        zh “{text}”是倒着写的：Debian 的 cron 接受但从不触发，别的 cron 会拒绝；在这里它会越过{week}继续
        en Debian's cron leaves out the '#{nth}' of '{text}' and fires every week, others refuse it; here it is the {day} number {nth2} of a month
        zh Debian 的 cron 会忽略“{text}”的“#{nth}”而每周触发，别的 cron 会拒绝；在这里是每月第 {nth2} 个 {day}
        en cron does not read '{text}'; here it is {low}-{last}/{step}, as in Quartz
        zh cron 不认识“{text}”；在这里与 Quartz 一样，是 {low}-{last}/{step}
        en cron does not read '{text}'; here it is a time chosen for the job, as in Jenkins
        zh cron 不认识“{text}”；在这里与 Jenkins 一样，由系统为任务选定时间
        en cron does not read '?'; here it is no rule for the {label}, as in Quartz
        zh cron 不认识“?”；在这里与 Quartz 一样，表示{label}不作限制
        en cron does not read '{text}'; here it means what it does in Quartz
        zh cron 不认识“{text}”；在这里与 Quartz 的含义相同
        en the file is larger than 4 MiB
        zh 文件大于 4 MiB
        en a user name is expected before the command, there is {what}
        zh 命令之前应为用户名，但那里{what}
        en only the user of '{word}' is imported, not the group
        zh “{word}”只导入用户，不导入用户组
        en '{word}' before the command ({meaning}) is left out
        zh 命令之前的“{word}”（{meaning}）已忽略
        en no mail when the command succeeds
        zh 命令成功时不发邮件
        en not in the system log
        zh 不写入系统日志
        en not while it still runs, which is what a task does anyway
        zh 还在运行时不再启动，任务本来就是这样
        en there is no command after the user '{user}'
        zh 用户“{user}”之后没有命令
        en there is no command
        zh 没有命令
        en what follows the first '%' is the command's input; write '\%' for a percent sign
        zh 第一个“%”之后是命令的输入；要写百分号请用“\%”
        en crons differ in '\\': Debian's and FreeBSD's make one backslash of it, others and this import keep both
        zh 各种 cron 对“\\”的处理不同：Debian 和 FreeBSD 的会变成一个反斜杠，别的以及这里的导入会保留两个
        en the line ends in a backslash; cron does not join lines
        zh 行尾是反斜杠；cron 不会连接下一行
        en '@{wait}' waits {pause} s from the end of a run; here it is {period} s from start to start
        zh “@{wait}”在一次运行结束后等 {pause} 秒；在这里是每 {period} 秒启动一次
        en '~' chose a time anew at each start of cron; H chooses one for the job and keeps it
        zh “~”在 cron 每次启动时重新选择时间；H 为任务选定一次，之后不变
        en {excerpt}: {error}
        zh {excerpt}：{error}
        en the file is UTF-16; cron would have read none of it
        zh 文件是 UTF-16；cron 一行都读不了
        en the file has Windows line ends; cron would have passed them on to the commands
        zh 文件使用 Windows 换行；cron 会把它们传给命令
        en the last line has no line end; cron may have ignored it
        zh 最后一行没有换行；cron 可能忽略了它
        en {name}: something follows the closing quote; cron does not read such a line
        zh {name}：引号结束之后还有内容；cron 不读这样的行
        en this is neither a schedule with a command nor NAME=value: '{excerpt}'
        zh 这既不是带命令的调度，也不是 NAME=value：“{excerpt}”
        en the '-' before the minute, which kept the job out of the system log, has no meaning here
        zh 分钟之前的“-”使任务不写入系统日志，在这里没有意义
        en '{slip}' before the command is a user as in the system form, and this file is read without; take it away, or read the file with --system
        zh 命令之前的“{slip}”像系统格式中的用户，而这个文件按没有用户来读；请去掉它，或用 --system 读取
        en read without a user; if '{excerpt}' is one, choose the system form
        zh 按没有用户来读；如果“{excerpt}”是用户，请选择系统格式
        en the command begins with '{excerpt}', which is a field of a schedule; which fields are meant?
        zh 命令以“{excerpt}”开头，那是调度的字段；到底是哪几个字段？
        en 'cron(…)' is AWS's, with the year last; make the task with --cron '0 {excerpt}'
        zh “cron(…)”是 AWS 的写法，年在最后；请用 --cron '0 {excerpt}' 创建任务
        en 'rate(…)' is AWS's; make the task with --every, as in --every 5m
        zh “rate(…)”是 AWS 的写法；请用 --every 创建任务，如 --every 5m
        en this looks like a section of a systemd unit; read its OnCalendar= and make the task by hand
        zh 这像是 systemd 单元的一节；请看它的 OnCalendar=，手动创建任务
        en a day
        zh 一天
        en this is a line of an anacrontab, once in {often}; make the task with {advice}; --misfire fire_once makes up for a host that was off
        zh 这是 anacrontab 的一行，{often}一次；请用 {advice} 创建任务；--misfire fire_once 会补上主机关机时错过的
        en the line is not UTF-8{place}; convert the file first, as with 'iconv -f LATIN1 -t UTF-8'
        zh 这一行不是 UTF-8{place}；请先转换文件，如 'iconv -f LATIN1 -t UTF-8'
        en the line has a NUL byte; if the file is UTF-16, convert it first: 'iconv -f UTF-16 -t UTF-8'
        zh 这一行有 NUL 字节；如果文件是 UTF-16，请先转换：'iconv -f UTF-16 -t UTF-8'
        en {name} is left out: who sends a notification is said by its channel
        zh {name} 已忽略：通知的发件人由渠道决定
        en RANDOM_DELAY is left out; write H in place of the minute to spread the starts
        zh RANDOM_DELAY 已忽略；要分散启动时间，请把分钟写成 H
        en {name} is left out: it is the user the job runs as, under cron too
        zh {name} 已忽略：它就是运行任务的用户，在 cron 中也是如此
        en {name}: names that start with QF_ are the agent's own; rename the variable
        zh {name}：以 QF_ 开头的名称属于代理；请改名
        en {name}: cron does not expand '$'; the value is taken as it is written
        zh {name}：cron 不展开“$”；值按原样使用
        en {name}: a comment here is part of the value, under cron too; move it to a line of its own
        zh {name}：这里的注释是值的一部分，在 cron 中也是如此；请另起一行
        en TZ is passed to the commands; it does not move the schedule, as CRON_TZ would
        zh TZ 会传给命令；它不像 CRON_TZ 那样改变调度的时区
        en HOME is no absolute path: cron could not have started the jobs below; they start in the user's own
        zh HOME 不是绝对路径：cron 启动不了下面的任务；它们在用户自己的主目录中启动
        en PATH: '~' is not expanded, under cron neither; write the directory's full name
        zh PATH：“~”不会展开，在 cron 中也是如此；请写完整的目录名
        en CRON_TZ: '{excerpt}' is not the name of a time zone
        zh CRON_TZ：“{excerpt}”不是时区名称
        en the lines below fire by the time of {value}, as cronie does it; Debian's cron ignores CRON_TZ
        zh 下面各行与 cronie 一样按 {value} 的时间触发；Debian 的 cron 忽略 CRON_TZ
        en MAILTO: failures, not all output, are told to {addresses} by the server's e-mail channel
        zh MAILTO：服务器的邮件渠道会把失败（而不是全部输出）告诉 {addresses}
        en MAILTO: failures, not all output, are told to {addresses} by the server's e-mail channel; what is no address there is left out
        zh MAILTO：服务器的邮件渠道会把失败（而不是全部输出）告诉 {addresses}；其中不是地址的已忽略
        en MAILTO is left out: no mail is sent here; output and result are kept with each run
        zh MAILTO 已忽略：这里不发邮件；输出和结果随每次运行保存
        en SHELL '{excerpt}' is no absolute path, so that cron could not have run the jobs below; they are run by /bin/sh
        zh SHELL “{excerpt}”不是绝对路径，所以 cron 运行不了下面的任务；它们由 /bin/sh 运行
        en SHELL is '{excerpt}' with all that follows the path, so that cron could not have run the jobs below; they are run by {program}
        zh SHELL 是“{excerpt}”，包括路径之后的全部内容，所以 cron 运行不了下面的任务；它们由 {program} 运行
        en null
        zh 空值
        """#
}
