// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// Of the commands.
    static let commands = #"""
        en No task that you may run waits for '{topic}'.
        zh 没有你可以运行的任务在等待“{topic}”。
        en Made '{name}'.
        zh 已建立“{name}”。
        en --log-level is '{logLevel}'; write trace, debug, info, notice, warning or error.
        zh --log-level 是“{logLevel}”；请写 trace、debug、info、notice、warning 或 error。
        en --leave-after is {leaveAfter}; write 0 to 31536000 seconds.
        zh --leave-after 是 {leaveAfter}；请写 0 到 31536000 秒。
        en --keep-days is {keepDays}; write 7 to 400 days.
        zh --keep-days 是 {keepDays}；请写 7 到 400 天。
        en the agent (process {pid}) has not ended after 30 s
        zh 代理（进程 {pid}）30 秒后还没有结束
        en {program} is not there; it is installed beside this program
        zh 没有 {program}；它与本程序安装在一起
        en {program} could not be started: {reason}
        zh {program} 无法启动：{reason}
        en All rights were given back.
        zh 已交还全部权限。
        en say why with --reason
        zh 请用 --reason 说明原因
        en All rights are yours until {DisplayTime}. Each change is audited.
        zh 你已取得全部权限，有效至 {DisplayTime}。每次修改都记入审计。
        en decided by
        zh 审批人
        en Give --mine or --to-decide, not both.
        zh --mine 和 --to-decide 只能写一个。
        en the request is {answer}: {answer2}
        zh 申请的状态是 {answer}：{answer2}
        en Kept by: {answer}
        zh 使用它的任务：{answer}
        en Give --file, or days, not both.
        zh --file 和日期只能写一种。
        en Saved calendar '{name}': entries {answer}, tasks planned anew {answer2}.
        zh 已保存日历“{name}”：{answer} 条，重新计划 {answer2} 个任务。
        en '{text}' has no name; write 2026-10-01..2026-10-07=National Day
        zh “{text}”没有名称；请写 2026-10-01..2026-10-07=National Day
        en {file} can't be read
        zh {file} 读不了
        en {file} is not UTF-8, as iCalendar files are
        zh {file} 不是 UTF-8，而 iCalendar 文件都是
        en Deleted calendar '{name}'.
        zh 已删除日历“{name}”。
        en {name} ({counts} of this name)
        zh {name}（{counts} 台同名）
        en the server's rules are used for {zones}
        zh {zones} 使用服务器的规则
        en {count} of its tasks on orders only
        zh {count} 个任务只按指令运行
        en does not take an authority that it was told of ({code})
        zh 未接受被告知的证书颁发机构（{code}）
        en {found} servers are called '{word}'; give one's id: {ids}
        zh 有 {found} 台服务器叫“{word}”；请写编号：{ids}
        en no server of the cluster is called '{word}'; see 'quicflow cluster status'
        zh 集群中没有叫“{word}”的服务器；见 'quicflow cluster status'
        en One server: its database is no PostgreSQL that others could share.
        zh 只有一台服务器：它的数据库不是可以共用的 PostgreSQL。
        en {free} of 256 shards are nobody's at the moment.
        zh 256 个分片中有 {free} 个现在无人负责。
        en {name} hands its work over.
        zh {name} 正在移交工作。
        en {name} takes its share again.
        zh {name} 重新分担工作。
        en Each server has its share of hosts already.
        zh 各服务器的主机数已经均衡。
        en One host goes to another server.
        zh 有 1 台主机换到其他服务器。
        en {count} hosts go to another server.
        zh 有 {count} 台主机换到其他服务器。
        en --count is 1 to {maximalCount}.
        zh --count 为 1 到 {maximalCount}。
        en --after needs a time such as 2026-11-21T10:00:00+08:00
        zh --after 要写 2026-11-21T10:00:00+08:00 这样的时间
        en '{status}' is no state; there are: {states}.
        zh “{status}”不是状态；可用的有：{states}。
        en Asked to stop {id}.
        zh 已请求停止 {id}。
        en Started {answer}.
        zh 已启动 {answer}。
        en '{id}' is no execution id; 'quicflow execution list' shows them.
        zh “{id}”不是执行编号；用 'quicflow execution list' 查看。
        en Attempts are counted from 1.
        zh 尝试次数从 1 数起。
        en Use only one of --from, --line, --search and --follow.
        zh --from、--line、--search 和 --follow 只能用一个。
        en --bytes needs --from.
        zh --bytes 要与 --from 一起用。
        en --lines needs --line.
        zh --lines 要与 --line 一起用。
        en --ignore-case needs --search.
        zh --ignore-case 要与 --search 一起用。
        en Bytes are counted from 0.
        zh 字节从 0 数起。
        en Lines are counted from 1.
        zh 行从 1 数起。
        en Say what to search for.
        zh 请写要找什么。
        en quicflow: attempt {attempt} begins
        zh quicflow：第 {attempt} 次尝试开始
        en quicflow: this is the last of {last} attempts; --attempt shows the others
        zh quicflow：这是 {last} 次尝试中的最后一次；用 --attempt 看其他的
        en HTTP status
        zh HTTP 状态码
        en Added to group {id}: {clients}.
        zh 已加入分组 {id}：{clients}。
        en Removed from group {id}: {clients}.
        zh 已从分组 {id} 移出：{clients}。
        en Created group {answer} '{name}'.
        zh 已创建分组 {answer}“{name}”。
        en Updated group {id} '{body}'.
        zh 已修改分组 {id}“{body}”。
        en Deleted group {id}.
        zh 已删除分组 {id}。
        en {array} rules. They count for hosts that join from now on; 'apply' asks them about all.
        zh {array} 条规则。它们对之后加入的主机有效；'apply' 对所有主机执行。
        en Would move {answer} hosts.
        zh 将移动 {answer} 台主机。
        en Moved {answer} hosts.
        zh 已移动 {answer} 台主机。
        en '{path}' can't be read.
        zh “{path}”读不了。
        en '{path}' is no JSON.
        zh “{path}”不是 JSON。
        en {directory}: {executions} executions of {date}, statistics of {tasks} tasks, {logs} logs, {pending} not with the server yet
        zh {directory}：{date} 的 {executions} 个执行，{tasks} 个任务的统计，{logs} 个日志，{pending} 个尚未上报服务器
        en no output of '{task}' is kept on this host
        zh 这台主机没有保留“{task}”的输出
        en of attempt {attempt} no output is kept; there is some of attempt {kept}
        zh 没有保留第 {attempt} 次尝试的输出；保留的有第 {kept} 次
        en quicflow: this is attempt {attempt}; --attempt shows any of {kept}
        zh quicflow：这是第 {attempt} 次尝试；用 --attempt 看 {kept} 中的任意一次
        en Give one of --today, --date and --days.
        zh --today、--date 和 --days 只能写一个。
        en --days is 1 to 400.
        zh --days 为 1 到 400。
        en Give --password-file or --password-stdin, not both.
        zh --password-file 和 --password-stdin 只能写一个。
        en {address} did not accept this user name and password
        zh {address} 不接受这个用户名和密码
        en Signed in at {address} as {username} until {DisplayTime}.
        zh 已在 {address} 以 {username} 登录，有效至 {DisplayTime}。
        en Somebody else knows this password. Change it first: quicflow passwd
        zh 别人知道这个密码。请先修改：quicflow passwd
        en One-time code, or recovery code
        zh 动态口令或恢复码
        en the code is wrong
        zh 动态口令错误
        en Password of {username} at {address}
        zh {username} 在 {address} 的密码
        en no password; type it, or use --password-file or --password-stdin
        zh 没有密码；请输入，或用 --password-file 或 --password-stdin
        en Not signed in at {address}.
        zh 未在 {address} 登录。
        en Signed out at {address}.
        zh 已在 {address} 退出登录。
        en cannot read '{path}'
        zh “{path}”读不了
        en '{path}' is not JSON
        zh “{path}”不是 JSON
        en there is no channel '{text}' (see quicflow notify channels)
        zh 没有渠道“{text}”（见 quicflow notify channels）
        en Created channel {answer} '{answer2}'.
        zh 已创建渠道 {answer}“{answer2}”。
        en Deleted channel '{channel}'.
        zh 已删除渠道“{channel}”。
        en Queued as {answer}; 'quicflow notify deliveries' shows what became of it.
        zh 已排队，编号 {answer}；用 'quicflow notify deliveries' 查看结果。
        en Created rule {answer} '{answer2}'.
        zh 已创建规则 {answer}“{answer2}”。
        en Deleted rule {rule}.
        zh 已删除规则 {rule}。
        en Acknowledged '{answer}'.
        zh 已确认“{answer}”。
        en Queued '{answer}'.
        zh “{answer}”已排队。
        en Changed the password. Other sessions have ended.
        zh 密码已修改。其他会话已结束。
        en standard input has to be two lines: the old password and the new one
        zh 标准输入应为两行：旧密码和新密码
        en Old password
        zh 旧密码
        en New password
        zh 新密码
        en a token of the environment can't take all rights; sign in with 'quicflow login'
        zh 环境变量中的令牌不能取得所有权限；请先用 'quicflow login' 登录
        en no password; type it, or use --password-stdin
        zh 没有密码；请输入，或用 --password-stdin
        en New password again
        zh 再次输入新密码
        en the new passwords differ; nothing was changed
        zh 两次输入的新密码不同；没有修改
        en '{name}' is no name; write letters, digits, '.', '_' and '-', at most 64.
        zh “{name}”不能作名称；请用字母、数字、“.”、“_”和“-”，最多 64 个字符。
        en {name} is {server}.
        zh {name} 是 {server}。
        en Commands go to {address} from now on.
        zh 今后的命令发往 {address}。
        en there is no profile '{name}'
        zh 没有配置“{name}”
        en {name} is forgotten.
        zh 已忘记 {name}。
        en The scheduler runs.
        zh 调度器正在运行。
        en The scheduler is stopped since {stop} by {stop2}{reason}.
        zh 调度器自 {stop} 起由 {stop2} 停止{reason}。
        en {told} of {hosts} connected hosts have heard of it.
        zh {hosts} 台已连接主机中，{told} 台已得知。
        en {deaf} of them can't be told, and go on by their own clocks: upgrade their agents.
        zh 其中 {deaf} 台无法得知，会按自己的时钟继续：请升级它们的代理。
        en Named by: {answer}
        zh 使用它的任务：{answer}
        en Named by channels: {channels}
        zh 使用它的通知渠道：{channels}
        en Give --file or --stdin, not both.
        zh --file 和 --stdin 只能写一个。
        en Give --group or --everywhere, not both.
        zh --group 和 --everywhere 只能写一个。
        en --keep leaves the value as it is.
        zh --keep 会保留原来的值。
        en Secret '{name}' is at version {answer}.
        zh 密钥“{name}”现在是版本 {answer}。
        en Value of {name}
        zh {name} 的值
        en no value; type it, or use --file or --stdin
        zh 没有值；请输入，或用 --file 或 --stdin
        en the value is not UTF-8; encode it, for example with base64
        zh 值不是 UTF-8；请编码，例如用 base64
        en Deleted secret '{name}'.
        zh 已删除密钥“{name}”。
        en '{change}' is not key=value
        zh “{change}”不是 key=value
        en {key} is a whole number, not '{text}'
        zh {key} 是整数，不是“{text}”
        en there is no setting '{key}'; there are {known}
        zh 没有设置“{key}”；可用的有 {known}
        en --pool needs a name and a number of places such as db-heavy:3, or 'none'
        zh --pool 要写名称和位置数，如 db-heavy:3，或 'none'
        en {answer} times from {first} to {last}
        zh 从 {first} 到 {last} 共 {answer} 个时间
        en {answer} of them ran already on every host
        zh 其中 {answer} 个已在每台主机上运行过
        en A name has 1 to 128 characters, and no control characters.
        zh 名称有 1 到 128 个字符，不能有控制字符。
        en Give --id or --name, not both.
        zh --id 和 --name 只能写一个。
        en Give --id or --by-name, not both.
        zh --id 和 --by-name 只能写一个。
        en Deleted task {id}.
        zh 已删除任务 {id}。
        en Enabled task {id}.
        zh 已启用任务 {id}。
        en Give --reason with --until.
        zh --reason 要与 --until 一起用。
        en Paused task {id} until {until}.
        zh 已暂停任务 {id}，直到 {until}。
        en Disabled task {id}.
        zh 已停用任务 {id}。
        en a task needs a name
        zh 任务需要名称
        en a task needs a --group; 'all' is every agent
        zh 任务需要 --group；'all' 是全部主机
        en Created task {answer} '{name}'.
        zh 已创建任务 {answer}“{name}”。
        en Updated task {present} '{body}'.
        zh 已修改任务 {present}“{body}”。
        en Give --after and what belongs to it, --none, --reset or --start: one of them.
        zh 请写 --after 及其选项、--none、--reset 或 --start，只能写一种。
        en '{text}': what has to become of a task is one of {words}.
        zh “{text}”：任务的结果要是 {words} 之一。
        en Started run {answer}.
        zh 已启动运行 {answer}。
        en --at needs a time with its zone such as 2026-11-21T10:00:00+08:00
        zh --at 要写带时区的时间，如 2026-11-21T10:00:00+08:00
        en Give one of --cron, --every, --delay, --at and --manual.
        zh --cron、--every、--delay、--at 和 --manual 只能写一个。
        en --manual and --at have no times in a zone: leave -z and --dst out.
        zh --manual 和 --at 没有按时区计算的时间：不要写 -z 和 --dst。
        en Give --command or --url, not both.
        zh --command 和 --url 只能写一个。
        en {file} is no JSON object
        zh {file} 不是 JSON 对象
        en --header is 'Name: value', not '{header}'
        zh --header 的写法是 'Name: value'，而不是“{header}”
        en --window needs two times of the day such as 09:00-17:00, or 'none'
        zh --window 要写一天中的两个时刻，如 09:00-17:00，或 'none'
        en --every and --delay take whole seconds
        zh --every 和 --delay 要写整数秒
        en Shown once. Address and secret for the sender:
        zh 只显示一次。给调用方的地址和密钥：
        en '{text}': write NAME=/pointer, or /pointer=VALUE.
        zh “{text}”：请写 NAME=/pointer，或 /pointer=VALUE。
        en {path} can't be read as text
        zh {path} 不能按文本读取
        en Changed webhook '{answer}'.
        zh 已修改 Webhook“{answer}”。
        en Deleted webhook '{hook}'.
        zh 已删除 Webhook“{hook}”。
        en --system and --user are about crontabs.
        zh --system 和 --user 只用于 crontab。
        en --apply needs a --group; 'all' is every agent.
        zh --apply 要写 --group；'all' 是全部主机。
        en {file}:{line}: '{name}' was not made: {failure}
        zh {file}:{line}：没有创建“{name}”：{failure}
        en {made} of {tasks} tasks made.
        zh 已创建 {tasks} 个任务中的 {made} 个。
        en MAILTO is left out: the server has no e-mail channel, or you may not see it
        zh MAILTO 已忽略：服务器没有邮件渠道，或你无权查看
        en not before
        zh 不早于
        en not after
        zh 不晚于
        en {retries}, {task} s apart
        zh {retries} 次，间隔 {task} 秒
        en {retries}, each ×{task} up to {task2} s
        zh {retries}，每次 ×{task}，最长 {task2} 秒
        en {retries}, up to {task} % less by chance
        zh {retries}，随机减少最多 {task}%
        en {retries}, after {task}
        zh {retries}，情况：{task}
        en {task}, at most {task2} at once
        zh {task}，同时最多 {task2} 个
        en {overlap}, {task} waiting
        zh {overlap}，最多排队 {task} 个
        en {misfire}, at most {task}
        zh {misfire}，最多 {task} 次
        en {pool}, {task} places on each host
        zh {pool}，每台主机 {task} 个位置
        en interrupted
        zh 被中断时
        en tried again, beside the retries
        zh 再次执行，不计入重试次数
        en not tried again
        zh 不再执行
        en without a server
        zh 未连接服务器时
        en does not run
        zh 不运行
        en runs for {task} s
        zh 继续运行 {task} 秒
        en start deadline
        zh 开始期限
        en up to {task} s
        zh 最多 {task} 秒
        en after 1 failed run
        zh 失败 1 次之后
        en after {failures} failed runs in a row
        zh 连续失败 {failures} 次之后
        en while it runs
        zh 运行期间
        en no edits
        zh 不能修改
        en when disabled
        zh 停用时
        en running ones stop
        zh 停止正在运行的
        en It runs on each host of its groups.
        zh 它在分组中的每台主机上运行。
        en Say what the token may: --role viewer, or --permission jobs:read.
        zh 请写明令牌的权限：--role viewer，或 --permission jobs:read。
        en --days is 1 to 366.
        zh --days 为 1 到 366。
        en Token '{name}', until {DisplayTime}. It is shown once:
        zh 令牌“{name}”，有效至 {DisplayTime}。只显示一次：
        en Ended token {id}.
        zh 已结束令牌 {id}。
        en Made the role '{name}'.
        zh 已创建角色“{name}”。
        en Changed the role '{name}', which {answer} users have.
        zh 已修改角色“{name}”，{answer} 个用户拥有它。
        en Deleted the role '{name}'.
        zh 已删除角色“{name}”。
        en Created user '{name}'. The password is shown once and has to be changed:
        zh 已创建用户“{name}”。密码只显示一次，并且需要修改：
        en User {id} is '{name}' now.
        zh 用户 {id} 现在叫“{name}”。
        en Disabled user '{answer}'.
        zh 已停用用户“{answer}”。
        en Enabled user '{answer}'.
        zh 已启用用户“{answer}”。
        en Deleted user {id}.
        zh 已删除用户 {id}。
        en The password is shown once and has to be changed:
        zh 密码只显示一次，并且需要修改：
        en Took grant {grant} from user {id}.
        zh 已从用户 {id} 收回授权 {grant}。
        en {file} can't be read, or is larger than 1 MiB
        zh {file} 读不了，或大于 1 MiB
        en {file} is no single document of YAML or JSON
        zh {file} 不是单个 YAML 或 JSON 文档
        en Created workflow '{answer}' ({answer2}).
        zh 已创建工作流“{answer}”（{answer2}）。
        en Workflow '{answer}' is at version {answer2}.
        zh 工作流“{answer}”现在是版本 {answer2}。
        en Deleted workflow '{workflow}'.
        zh 已删除工作流“{workflow}”。
        en Enabled '{answer}'.
        zh 已启用“{answer}”。
        en Disabled '{answer}'.
        zh 已停用“{answer}”。
        en '{value}' is no {parameter} for parameter '{key}'
        zh “{value}”不是参数“{key}”的 {parameter} 值
        en backfill {id}
        zh 补跑 {id}
        en Starts: {names}
        zh 会启动：{names}
        en There is no agent in this group.
        zh 这个分组里没有主机。
        en On its way: {subject}
        zh 正在发送：{subject}
        en Deleted report {id}.
        zh 已删除报表 {id}。
        en Ended silence {id}; it kept {count} events back.
        zh 已结束静默 {id}；它拦下了 {count} 个事件。
        en there is no variable {name} in the environment
        zh 环境中没有变量 {name}
        en no value; type it, or use --param-file or --param-env
        zh 没有值；请输入，或使用 --param-file 或 --param-env
        en '{name}' does not start it: say --after, too
        zh “{name}”不会启动它：请同时写 --after
        en No {things} match.
        zh 没有符合的 {things}。
        en {verb} {count} {things} ({names}{more})? There is no terminal to ask; give --yes.
        zh 对 {count} 个 {things}（{names}{more}）执行 {verb}？没有终端可以询问；请加 --yes。
        en {verb} {count} {things} ({names}{more})? Type yes:
        zh 对 {count} 个 {things}（{names}{more}）执行 {verb}？请输入 yes：
        en nothing was done
        zh 什么也没有做
        en {done} of {count} {things} done.
        zh {count} 个 {things} 中已完成 {done} 个。
        en {refused} of {count} were refused
        zh {count} 个中有 {refused} 个被拒绝
        en Use one of --hold, --continue and --stop.
        zh --hold、--continue 和 --stop 只能用一个。
        en This run does not go in waves.
        zh 这次运行没有分批。
        en {count} wait for another person
        zh {count} 个在等另一个人审批
        """#
}
