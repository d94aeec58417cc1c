// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// About definitions of tasks.
    static let checks = #"""
        en cron_expr '@reboot'
        zh cron_expr '@reboot'
        en schedule_type '{word}'
        zh schedule_type '{word}'
        en {type} has no times that '{name}' could limit; leave it out
        zh {type} 没有可由“{name}”限制的时间；请去掉它
        en , among the {count} times that were looked at
        zh （已检查 {count} 个时间）
        en no time of {field} lies inside the limits after {now}{reach}; change {field2} or {name}
        zh {now} 之后，{field} 没有一个时间在限制范围内{reach}；请修改 {field2} 或 {name}
        en {last} is not after not_before, {first}
        zh {last} 不晚于 not_before，即 {first}
        en the window from {from} to {to} is empty; leave it out for the whole day
        zh 从 {from} 到 {to} 的时段是空的；全天请不要填写
        en a task keeps to at most {limit} calendars
        zh 一个任务最多遵循 {limit} 个日历
        en there is no calendar '{name}'; 'quicflow calendar list' shows them
        zh 没有日历“{name}”；用 'quicflow calendar list' 查看
        en '{name}' is named twice
        zh “{name}”写了两次
        en '{onBlackout}' moves a fire by whole days, so it needs a cron_expr with one time of the day; choose 'skip', or change cron_expr
        zh “{onBlackout}”按整天移动触发，所以 cron_expr 每天只能有一个时刻；请选“skip”，或修改 cron_expr
        en '{text}' is no time of the day such as 09:30
        zh “{text}”不是 09:30 这样的时刻
        en a task has at most {limit} parameters
        zh 一个任务最多 {limit} 个参数
        en two parameters have the name '{name}', apart from case
        zh 有两个参数都叫“{name}”（不分大小写）
        en all parameters together have at most {parametersBytes} bytes
        zh 所有参数合计最多 {parametersBytes} 字节
        en a parameter has at most {choiceLimit} choices
        zh 一个参数最多 {choiceLimit} 个可选值
        en what has a 'default' is never missing; leave out 'required' or 'default'
        zh 有“default”的参数不会缺失；请去掉“required”或“default”
        en a parameter's value has at most {parameterBytes} bytes, and no NUL character
        zh 参数值最多 {parameterBytes} 字节，不能有 NUL 字符
        en a schedule
        zh 调度
        en other tasks that start it
        zh 启动它的其他任务
        en the task has {starts}, and nobody who says '{name}' then; give it a 'default'
        zh 任务有{starts}，那时没有人给出“{name}”；请给它一个“default”
        en a shell job needs a command
        zh Shell 任务需要命令
        en a command has at most {payloadBytes} bytes
        zh 命令最多 {payloadBytes} 字节
        en a command has no NUL character
        zh 命令中不能有 NUL 字符
        en a script is stored and shown as it is: name the secret in an environment variable and use that
        zh 脚本按原样保存和显示：请把密钥写在环境变量中，再使用这个变量
        en a working directory is an absolute path such as '/srv/data'
        zh 工作目录是绝对路径，如 '/srv/data'
        en a job runs in 'work_dir' or in a scratch directory, not in both
        zh 任务在“work_dir”或临时目录中运行，不能两者都选
        en a user's name begins with a letter or '_' and has at most 32 letters, digits, '_', '-' and '.'
        zh 用户名以字母或“_”开头，最多 32 个字母、数字、“_”、“-”和“.”
        en a scratch directory is the agent's user's: a job that runs as another has a 'work_dir'
        zh 临时目录属于代理的用户：以其他用户运行的任务要有“work_dir”
        en an interpreter is the absolute path of a program that takes a script with '-c', such as '/bin/bash'; one that takes it otherwise needs 'interpreter_args' too
        zh 解释器是用“-c”接收脚本的程序的绝对路径，如 '/bin/bash'；以别的方式接收的还要写“interpreter_args”
        en at most {variables} environment variables
        zh 最多 {variables} 个环境变量
        en all variables together have at most {environmentBytes} bytes: no process takes more
        zh 所有变量合计最多 {environmentBytes} 字节：进程接受不了更多
        en a variable's name is made of letters, digits and '_' and does not start with a digit
        zh 变量名只含字母、数字和“_”，不以数字开头
        en names that start with QF_ are set by the agent; choose another
        zh 以 QF_ 开头的名称由代理设置；请换一个
        en a variable's value has at most {variableBytes} bytes and no NUL character
        zh 变量值最多 {variableBytes} 字节，不能有 NUL 字符
        en at most {interpreterArguments} arguments
        zh 最多 {interpreterArguments} 个参数
        en an argument has at most {interpreterArgumentBytes} bytes and no NUL character
        zh 一个参数最多 {interpreterArgumentBytes} 字节，不能有 NUL 字符
        en arguments are there for everybody on the host to read: name the secret in an environment variable
        zh 主机上人人都能看到命令行参数：请把密钥写在环境变量中
        en at most {successCodes} exit codes
        zh 最多 {successCodes} 个退出码
        en {code} is no exit code; use 0 to 255
        zh {code} 不是退出码；请写 0 到 255
        en a umask is three or four octal digits such as '022', at most '0777'
        zh umask 是三位或四位八进制数字，如 '022'，最大 '0777'
        en a niceness is -20 to 19; the higher, the more the job gives way, and below the agent's own only root may go
        zh 优先级为 -20 到 19；越大越谦让，低于代理的优先级只有 root 可以
        en a limit is one of {allCases}, and 0 or more
        zh 限制是 {allCases} 之一，值不小于 0
        en a limit of all its processes together ends with the job: it goes with no 'leave_processes'
        zh 对所有进程合计的限制随任务一起结束：不能与 'leave_processes' 同用
        en a slice's name ends with '.slice' and is made of letters, digits, '_', ':' and '.', with single '-' between them, such as 'batch-nightly.slice'
        zh slice 的名字以“.slice”结尾，由字母、数字、“_”、“:”和“.”组成，之间可以有单个“-”，如 'batch-nightly.slice'
        en a unit's description is one line of at most {descriptionBytes} bytes
        zh 单元的描述是一行文字，最多 {descriptionBytes} 字节
        en everybody on the host can read it: it takes no secret
        zh 主机上的所有人都能读到它：不能含密钥
        en a method is one of {methods}
        zh 方法是 {methods} 之一
        en at most {headers} headers
        zh 最多 {headers} 个请求头
        en a header's name is made of letters, digits and '-' (RFC 9110, 5.1)
        zh 请求头名称只含字母、数字和“-”（RFC 9110, 5.1）
        en the agent sets this header itself; leave it out
        zh 这个请求头由代理设置；请去掉
        en by this header the proxy in front of the server says who asks; no task may send it
        zh 服务器前面的代理用这个请求头说明是谁在请求；任务不能发送它
        en a header's value has no line breaks or other control characters and at most {headerBytes} bytes
        zh 请求头的值不能有换行或其他控制字符，最多 {headerBytes} 字节
        en a body has at most {payloadBytes} bytes
        zh 请求体最多 {payloadBytes} 字节
        en {status} is no HTTP status; use 100 to 599
        zh {status} 不是 HTTP 状态码；请写 100 到 599
        en at most {expectedStatuses} statuses
        zh 最多 {expectedStatuses} 个状态码
        en write an absolute URL such as 'https://example.org/hook'
        zh 请写绝对地址，如 'https://example.org/hook'
        en only http and https are called, not '{scheme}'
        zh 只支持 http 和 https，不支持“{scheme}”
        en a port is a number from 1 to 65535
        zh 端口是 1 到 65535 的数字
        en a name of the host's policy is made of at most 64 letters, digits, '.', '_' and '-'
        zh 主机策略里的名称最多 64 个字符，由字母、数字、“.”、“_”和“-”组成
        en a client certificate is shown over https only; the address begins with something else
        zh 客户端证书只在 https 上出示；这个地址以别的开头
        en put credentials into an Authorization header, not into the URL
        zh 请把凭据放在 Authorization 请求头中，不要写在地址里
        en a fragment is never sent; leave '#…' out
        zh “#…”部分不会发送；请去掉
        en on 'each' host means all hosts of the groups: choose among them by groups and their rules
        zh “each”就是分组中的所有主机：请用分组和规则来选择
        en a pause between runs is counted by the host that ran: it needs placement 'each'; use 'every' here
        zh 两次运行之间的间隔由运行它的主机计算：placement 要为“each”；这里请用“every”
        en @reboot is each host's own: it needs placement 'each'
        zh @reboot 由每台主机自己触发：placement 要为“each”
        en at most {limit} hosts
        zh 最多 {limit} 台主机
        en an order belongs to strategy 'failover' and to waves; leave it out
        zh 顺序只用于策略“failover”和分批；请去掉
        en say in which order hosts are tried
        zh 请写出尝试主机的顺序
        en a key of 1 to 256 bytes belongs to strategy 'consistent_hash'; leave it out
        zh 1 到 256 字节的键只用于策略“consistent_hash”；请去掉
        en 'one_of' is one host; count and items belong to 'n_of' and 'sharded'
        zh “one_of”是一台主机；count 和 items 用于“n_of”和“sharded”
        en 'broadcast' has a shard for each host; count and items belong to 'n_of' and 'sharded'
        zh “broadcast”让每台主机各有一片；count 和 items 用于“n_of”和“sharded”
        en items belong to 'sharded'
        zh items 用于“sharded”
        en say on how many hosts it runs
        zh 请写明在几台主机上运行
        en there is a shard for each of the items; leave the count out
        zh 每个 item 就是一片；请去掉 count
        en an item has at most {itemLimit} bytes and no control characters
        zh 一个 item 最多 {itemLimit} 字节，不能有控制字符
        en say how many shards there are, or name their items
        zh 请写明有几片，或列出各个 item
        en {value} is outside {lowerBound} to {upperBound} {unit}
        zh {value} 不在 {lowerBound} 到 {upperBound} 之间（{unit}）
        en executions at once
        zh 同时执行数
        en waiting executions
        zh 排队的执行数
        en '{name}' is no pool's name: 1 to 64 letters, digits, '-' and '_', the first a letter or digit
        zh “{name}”不能作资源池的名称：1 到 64 个字母、数字、“-”和“_”，以字母或数字开头
        en {longestSeconds} is shorter than retry_interval, {intervalSeconds}; the longest pause is at least the first
        zh {longestSeconds} 小于 retry_interval 的 {intervalSeconds}；最长间隔不能小于第一次的间隔
        en retry_count is {retry}, but retry_on names nothing to retry; name a cause or set retry_count to 0
        zh retry_count 是 {retry}，但 retry_on 没有写要重试的情况；请写出情况，或把 retry_count 设为 0
        en missed fires
        zh 错过的次数
        en on_interrupt 'fail' and retry_on 'interrupted' exclude each other; leave one of them out
        zh on_interrupt “fail”和 retry_on “interrupted”互相矛盾；请去掉其中一个
        en offline 'run_for' needs to know for how long: say offline_max_seconds
        zh offline “run_for”要知道多长时间：请写 offline_max_seconds
        en offline '{offline}' has no limit; choose offline 'run_for', or leave offline_max_seconds out
        zh offline “{offline}”没有时间限制；请选 offline “run_for”，或去掉 offline_max_seconds
        en the server alone fires a task with placement '{placement}', so hosts without one start nothing; leave offline out
        zh placement 为“{placement}”的任务只由服务器触发，主机与服务器断开时不会启动；请去掉 offline
        en misfire '{misfire}' has no limit; choose misfire 'fire_all', or leave misfire_limit out
        zh misfire “{misfire}”没有次数限制；请选 misfire “fire_all”，或去掉 misfire_limit
        en a host takes {room} at one moment with overlap '{overlap}', not {limit}; choose overlap 'queue' and a queue_limit of at least {max}
        zh overlap 为“{overlap}”时，一台主机同时最多接下 {room} 个，而不是 {limit} 个；请选 overlap “queue”，queue_limit 至少 {max}
        en the expression has no time after {now}
        zh {now} 之后表达式没有触发时间
        en a plugin is named by its file in the host's directory of plugins, without a path: letters, digits, '.', '_', '-'
        zh 插件用主机插件目录中的文件名指定，不带路径：字母、数字、“.”、“_”、“-”
        en a parameter's name is made of letters, digits and '_' and does not start with a digit
        zh 参数名只含字母、数字和“_”，不以数字开头
        en an image is named as the engine knows it, such as 'alpine:3.20' or 'registry.example.org/team/app:1', in at most {imageBytes} bytes
        zh 镜像按容器引擎认识的名称填写，例如 'alpine:3.20' 或 'registry.example.org/team/app:1'，最多 {imageBytes} 字节
        en '{name}' means something to the container engine too, so its value stands on the engine's command line: give the secret another variable
        zh “{name}”对容器引擎自身也有意义，它的值会出现在引擎的命令行上；请用别的变量存放密钥
        en a user is a name or a number, with ':' and a group if need be, such as '1000:1000'
        zh 用户是名称或数字，需要时加“:”和组，例如 '1000:1000'
        en {memory} is outside {lowerBound} to {upperBound} bytes
        zh {memory} 不在 {lowerBound} 到 {upperBound} 字节之间
        en at most {mountLimit} mounts
        zh 最多 {mountLimit} 个挂载
        en a path is absolute, without '..', commas, colons and quotation marks
        zh 路径是绝对路径，不含“..”、逗号、冒号和引号
        en two mounts have this place in the container
        zh 有两个挂载在容器中位置相同
        en an SQL job has 1 to {statements} statements
        zh SQL 任务有 1 到 {statements} 条语句
        en all statements together have at most {payloadBytes} bytes
        zh 所有语句合计最多 {payloadBytes} 字节
        en an address has at most {connectionBytes} bytes and no control characters
        zh 地址最多 {connectionBytes} 字节，不能有控制字符
        en an SQLite database is an absolute path, such as 'sqlite:/srv/data/app.db'
        zh SQLite 数据库是绝对路径，如 'sqlite:/srv/data/app.db'
        en write 'postgres://USER@HOST/DATABASE', 'sqlite:/PATH' or 'secret:NAME'
        zh 请写 'postgres://USER@HOST/DATABASE'、'sqlite:/PATH' 或 'secret:NAME'
        en a password is not written into a job: keep the whole address in a secret and write 'secret:NAME'
        zh 密码不能写进任务：请把整个地址放进密钥，写 'secret:NAME'
        en a statement is needed
        zh 需要一条语句
        en a statement has no NUL character
        zh 语句中不能有 NUL 字符
        en all statements are one transaction, which the agent begins and ends: leave this one out
        zh 所有语句在同一个事务中，由代理开始和结束：请去掉这一条
        en nothing is put into the text of a statement: write $1 (SQLite: ?1) there, and the value in 'parameters'
        zh 不能把内容拼进语句：请在那里写 $1（SQLite：?1），值写在“parameters”中
        en name a directory below the root, without '..'
        zh 请写根目录以下的目录，不含“..”
        en a pattern is for names of files, such as '*.log'
        zh 匹配的是文件名，如 '*.log'
        en a host is a name or an address, without a scheme
        zh 主机是名称或地址，不带协议
        en (a TCP port)
        zh TCP 端口
        en per cent of one processor
        zh 一个处理器的百分比
        en per cent
        zh 百分比
        en a path is absolute, such as '/var/log/app'
        zh 路径是绝对路径，如 '/var/log/app'
        en a value has at most {parameterBytes} bytes and no NUL character
        zh 值最多 {parameterBytes} 字节，不能有 NUL 字符
        en failed runs in a row
        zh 连续失败的运行次数
        en a name has 1 to 128 characters
        zh 名称为 1 到 128 个字符
        en a name does not start or end with a blank
        zh 名称首尾不能有空格
        en a name has no control characters
        zh 名称不能有控制字符
        en choose at least one group; 1 is all hosts
        zh 至少选择一个分组；1 是全部主机
        en at most 1000 groups
        zh 最多 1000 个分组
        en at most 32 labels
        zh 最多 32 个标签
        en a label's name starts with a letter or digit and goes on with letters, digits, '.', '_', '/' or '-', at most 63
        zh 标签名以字母或数字开头，后面是字母、数字、“.”、“_”、“/”或“-”，最多 63 个字符
        en a label's value has at most 256 characters and no control characters
        zh 标签值最多 256 个字符，不能有控制字符
        en '{{{name}}}' is a parameter, which a scheduled run has only with a 'default' in 'parameters'; write '{{{{' for a literal '{{'
        zh “{{{name}}}”是参数，自动运行时只有在“parameters”中有“default”才有值；要写“{{”本身请用“{{{{”
        en seconds
        zh 秒
        en hosts
        zh 主机数
        en items
        zh item 数
        en shards
        zh 片数
        en percent
        zh 百分比
        """#
}
