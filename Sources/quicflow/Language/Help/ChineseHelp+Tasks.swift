// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of tasks and their options.
    static let tasks = #"""
        en Tasks: what runs, when and where.
        zh 任务：运行什么、何时、在哪里。
        en Lists tasks.
        zh 列出任务。
        en Page, from 1.
        zh 页码，从 1 数起。
        en Entries on a page, 1 to 100.
        zh 每页的条数，1 到 100。
        en Show it again every so many seconds, until Ctrl-C.
        zh 每隔这么多秒重新显示，直到 Ctrl-C。
        en Only names and descriptions with this text.
        zh 只看名称或说明里有这段文字的。
        en Only tasks bound to this group, by name or number.
        zh 只看绑定到这个分组的任务，写名称或编号。
        en Only enabled, or only disabled tasks.
        zh 只看已启用的，或只看已停用的任务。
        en Shows a task.
        zh 显示一个任务。
        en Name or number of the task; id:9 and name:9 say which.
        zh 任务的名称或编号；用 id:9 和 name:9 说明是哪一种。
        en It is the number.
        zh 它是编号。
        en It is the name.
        zh 它是名称。
        en Makes a task.
        zh 创建任务。
        en For example:
        zh 例如：
        en JSON file with the fields of the API; '-' for standard input.
        zh 含有 API 字段的 JSON 文件；'-' 表示标准输入。
        en At most 512 characters.
        zh 最多 512 个字符。
        en Shell script to run.
        zh 要运行的 Shell 脚本。
        en Program that reads the script, with its path; /bin/sh.
        zh 读取脚本的程序，写完整路径；默认 /bin/sh。
        en What stands between interpreter and script, '-e' for node; repeat for several. '-c'.
        zh 解释器和脚本之间的参数，node 用 '-e'；可重复。默认 '-c'。
        en An exit code that means success; repeat for several. 0.
        zh 表示成功的退出码；可重复。默认 0。
        en umask of the script, octal such as 022. The agent's.
        zh 脚本的 umask，八进制，如 022。默认与代理相同。
        en Niceness of the script, -20 to 19. The agent's.
        zh 脚本的 nice 值，-20 到 19。默认与代理相同。
        en Slice of the host's systemd for a unit of its own, such as batch.slice; 'default' for the usual one, or 'none'.
        zh 在主机 systemd 的独立单元中运行：写所在的 slice，如 batch.slice；“default”为默认 slice，“none”为不用。
        en User of the host that the script runs as; the agent has to be root then. The agent's.
        zh 主机上运行脚本的用户；这时代理必须是 root。默认与代理相同。
        en Directory the script runs in; absolute. The user's home.
        zh 脚本的工作目录，绝对路径。默认是用户的主目录。
        en Run in an empty directory that is removed at the end.
        zh 在一个空目录中运行，结束时删除该目录。
        en Let processes go on that the script leaves behind when it ends.
        zh 脚本结束后，不结束它留下的进程。
        en NAME=VALUE for the script's environment; repeat for several.
        zh 脚本的环境变量，NAME=VALUE；可重复。
        en Request this URL instead of running a script.
        zh 请求这个 URL，而不是运行脚本。
        en HTTP method; GET.
        zh HTTP 方法；默认 GET。
        en 'Name: value' of the request; repeat for several.
        zh 请求头，'Name: value'；可重复。
        en Body of the request.
        zh 请求体。
        en A status that counts as success; repeat for several. Any 2xx.
        zh 算作成功的状态码；可重复。默认任何 2xx。
        en Cron expression: 5, 6 (second first) or 7 fields (year last), or a macro; repeat for the times of any.
        zh Cron 表达式：5 段、6 段（秒在最前）或 7 段（年在最后），或宏；重复则满足其一即触发。
        en Cron expression whose times --cron leaves out; repeat, or 'none'.
        zh Cron 表达式，它的时间会从 --cron 中去掉；可重复，或写 'none'。
        en IANA name such as Asia/Shanghai.
        zh IANA 名称，如 Asia/Shanghai。
        en What a change of summer time does to fixed times: debian, skip or both.
        zh 夏令时变化对固定时间的影响：debian、skip 或 both。
        en Run at this period instead: 30s, 5m, 1h30m, 1d.
        zh 改为按这个周期运行：30s、5m、1h30m、1d。
        en Run so long after the end of the run before instead: 30s, 5m.
        zh 改为在上次运行结束后隔这么久运行：30s、5m。
        en Run once at this RFC 3339 time instead.
        zh 改为在这个 RFC 3339 时间运行一次。
        en No fire before this RFC 3339 time; 'none' takes it away.
        zh 在这个 RFC 3339 时间之前不触发；'none' 去掉它。
        en No fire after this RFC 3339 time; 'none' takes it away.
        zh 在这个 RFC 3339 时间之后不触发；'none' 去掉它。
        en Fire only in this part of each day, such as 09:00-17:00 or 22:00-06:00; 'none' takes it away.
        zh 只在每天的这段时间触发，如 09:00-17:00 或 22:00-06:00；'none' 去掉它。
        en Calendar whose times it leaves out, or with :before or :after the nearest day that is free; repeat, or 'none'.
        zh 日历，它的时间不触发；加 :before 或 :after 则改在最近的可用日期触发；可重复，或写 'none'。
        en Parameter that it takes: NAME[:TYPE][=DEFAULT], or NAME[:TYPE]! where it must be said; repeat, or 'none'.
        zh 接受的参数：NAME[:TYPE][=DEFAULT]，必填的写 NAME[:TYPE]!；可重复，或写 'none'。
        en No schedule: only triggers run it.
        zh 没有调度：只由触发启动。
        en Seconds one run may take, 10 to 604800 (a week); 0 for no limit takes settings:write.
        zh 一次运行最多多少秒，10 到 604800（一周）；0 为没有限制，需要修改设置的权限。
        en Retries after a failed run, 0 to 10.
        zh 运行失败后的重试次数，0 到 10。
        en What a fire does while the task still runs: skip, queue_one, queue, cancel_previous or allow.
        zh 任务还在运行时又到触发时间怎么办：skip、queue_one、queue、cancel_previous 或 allow。
        en Runs at once on one host, 1 to 100.
        zh 一台主机上同时运行的个数，1 到 100。
        en Runs that wait with --overlap queue, 1 to 100.
        zh --overlap queue 时等待的个数，1 到 100。
        en Pool of places that tasks share on each host, NAME:PLACES such as db-heavy:3, or 'none'.
        zh 任务在每台主机上共用的资源池，NAME:PLACES，如 db-heavy:3，或 'none'。
        en What a host does without a connection to a server: run, skip, or run_for with --offline-max.
        zh 主机与服务器断开时怎样做：run（继续运行）、skip（不运行）或 run_for（配合 --offline-max）。
        en Seconds for which --offline run_for goes on, 60 to 31536000.
        zh --offline run_for 继续运行的秒数，60 到 31536000。
        en What happens to missed fires: fire_once, fire_all or skip.
        zh 错过的触发怎么办：fire_once、fire_all 或 skip。
        en The most missed fires that fire_all runs, 1 to 1000.
        zh fire_all 最多补跑几次，1 到 1000。
        en Seconds after which a fire counts as missed.
        zh 晚多少秒算作错过。
        en Seconds after which a missed fire is not run any more.
        zh 晚多少秒之后不再补跑。
        en Seconds after which a run that could not start is given up.
        zh 多少秒还没能开始就放弃这次运行。
        en Start up to so many seconds later, each host at its own moment.
        zh 最多晚这么多秒开始，每台主机各有自己的时刻。
        en Seconds before the first retry.
        zh 第一次重试之前的秒数。
        en Each further pause is longer by this factor, 1 to 10.
        zh 之后每次的间隔乘以这个倍数，1 到 10。
        en No pause between retries is longer; seconds.
        zh 重试间隔最长的秒数。
        en Up to this percentage of a pause is taken off by chance.
        zh 间隔随机缩短的最大百分比。
        en Retry only after this: business (exit code 1), technical, timeout, interrupted; repeat for several.
        zh 只在这些情况后重试：business（退出码 1）、technical、timeout、interrupted；可重复。
        en After the agent or host died meanwhile: retry, fail, or 'as-retry-on', which counts as a retry.
        zh 执行期间代理或主机中断后：retry（再次执行）、fail（不再执行），或 'as-retry-on'（计为一次重试）。
        en Pause after so many failed runs in a row, 1 to 1000; 0 = never.
        zh 连续这么多次运行失败后暂停，1 到 1000；0 表示从不。
        en What an edit does while the task runs: pinned (runs end as they began) or refuse.
        zh 任务运行时的修改：pinned（按开始时的版本运行完）或 refuse（拒绝修改）。
        en What disabling does to running executions: finish or stop.
        zh 停用对正在运行的执行的影响：finish 或 stop。
        en Hosts that run it: each, one_of, n_of, sharded or broadcast.
        zh 由哪些主机运行：each、one_of、n_of、sharded 或 broadcast。
        en How one is chosen: least_running, least_load, first, random, round_robin, consistent_hash, last_used or failover.
        zh 怎样选主机：least_running、least_load、'first'、random、round_robin、consistent_hash、last_used 或 failover。
        en How many hosts of n_of, or shards of sharded.
        zh n_of 的主机数，或 sharded 的分片数。
        en What one shard is handed as $QF_SHARD_ITEM; repeat for several.
        zh 一个分片拿到的 $QF_SHARD_ITEM；可重复。
        en What a host's labels say, such as region=eu,!gpu.
        zh 对主机标签的要求，如 region=eu,!gpu。
        en Id of a host that is never chosen; repeat for several.
        zh 从不选用的主机编号；可重复。
        en Id of a host, in the order of failover, or of those that go first in waves; repeat for several.
        zh 主机编号，按故障转移的顺序；分批时写先行的主机；可重复。
        en Seconds for which a host may hold it without having heard of the server, 6 to 3600.
        zh 主机没有服务器的消息时可以保留它的秒数，6 到 3600。
        en What takes two persons: edit, run; repeat, or 'none'.
        zh 哪些操作需要两个人：edit、run；可重复，或写 'none'。
        en Group to run in, by name or number; repeat for several.
        zh 在哪个分组运行，写名称或编号；可重复。
        en NAME=VALUE; repeat for several.
        zh NAME=VALUE；可重复。
        en Name, unique, at most 128 characters; a file may have it instead.
        zh 名称，不能重复，最多 128 个字符；也可以写在文件里。
        en Keep the schedule off until 'quicflow task enable'.
        zh 先不启用调度，直到 'quicflow task enable'。
        en Changes a task; what is not given stays.
        zh 修改任务；没有写的保持不变。
        en Refused as a conflict when someone else changed the task in the meantime.
        zh 如果期间有别人修改了任务，会作为冲突被拒绝。
        en New name.
        zh 新名称。
        en Deletes a task; its history stays.
        zh 删除任务；它的历史会保留。
        en Tasks that it starts lose their interest in it, instead of keeping it.
        zh 由它启动的任务不再等它，而不是继续等。
        en Lets a task's schedule run.
        zh 启用任务的调度。
        en Stops a task's schedule, for good or until a time; what runs now runs on.
        zh 停用任务的调度，永久或到某个时间；正在运行的继续。
        en Resume it at this RFC 3339 time such as 2026-11-21T10:00:00+08:00.
        zh 到这个 RFC 3339 时间恢复，如 2026-11-21T10:00:00+08:00。
        en Why it is paused, for whoever asks; with --until.
        zh 暂停的原因，供别人查看；与 --until 一起用。
        en Runs a task now on the agents of its groups that are online.
        zh 立即在任务各分组的在线主机上运行任务。
        en With --wait, exit code 1 tells that a run did not succeed.
        zh 用 --wait 时，退出码 1 表示有运行没有成功。
        en NAME=VALUE; the script finds it as $QF_PARAM_NAME. Repeat for several.
        zh NAME=VALUE；脚本里是 $QF_PARAM_NAME。可重复。
        en NAME; its value is asked for on the terminal, and not shown. Repeat for several.
        zh NAME；它的值在终端上询问，不会显示。可重复。
        en NAME=FILE; one line feed at the file's end is left out. Repeat for several.
        zh NAME=FILE；文件末尾的一个换行会去掉。可重复。
        en NAME=VARIABLE; the value of a variable of the environment. Repeat for several.
        zh NAME=VARIABLE；取环境变量的值。可重复。
        en Wait for every run to end.
        zh 等待每个运行结束。
        en With 'each': one part of the hosts after another, as 5 or 10%.
        zh 用于 'each'：分批依次在各部分主机上执行，如 5 或 10%。
        en Hosts that go first, alone, before the waves.
        zh 在各批之前单独先行的主机数。
        en Seconds between two waves.
        zh 两批之间间隔的秒数。
        en More failures than this part of what has ended, 0 to 1, and no further wave begins.
        zh 已结束的执行中失败超过这个比例（0 到 1）时，不再开始下一批。
        """#
}
