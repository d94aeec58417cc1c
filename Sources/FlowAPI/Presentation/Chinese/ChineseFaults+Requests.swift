// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// About requests that cannot be read or have no place.
    static let requests = #"""
        en {path}: {text}
        zh {path}：{text}
        en a boolean
        zh 布尔值
        en an integer
        zh 整数
        en a number
        zh 数字
        en a string
        zh 字符串
        en an array
        zh 数组
        en an object
        zh 对象
        en text after the end of the value
        zh 值结束之后还有内容
        en nested more than {depthLimit} deep
        zh 嵌套超过 {depthLimit} 层
        en the text ends where a value is expected
        zh 应有值的地方文本就结束了
        en a value is expected here
        zh 这里应为一个值
        en a member's name in quotes is expected here
        zh 这里应为带引号的成员名
        en a member's name has more than {nameLimit} bytes
        zh 成员名超过 {nameLimit} 字节
        en the name '{quoted}' stands here a second time
        zh 名称“{quoted}”在这里第二次出现
        en ':' is expected here
        zh 这里应为“:”
        en ',' or '}' is expected here
        zh 这里应为“,”或“}”
        en ',' or ']' is expected here
        zh 这里应为“,”或“]”
        en a number is expected here
        zh 这里应为数字
        en digits are expected after '.'
        zh “.”之后应为数字
        en digits are expected in the exponent
        zh 指数应为数字
        en the integer does not fit into 64 bits
        zh 整数超出 64 位
        en the number is too large
        zh 数字太大
        en the string has no end
        zh 字符串没有结束
        en the string is not UTF-8
        zh 字符串不是 UTF-8
        en more than {limit} combining marks in a row in a string
        zh 字符串中连续的组合符号超过 {limit} 个
        en a control character in a string; write it as an escape
        zh 字符串中有控制字符；请写成转义
        en half of a surrogate pair is missing
        zh 代理对缺了一半
        en an unknown escape in a string
        zh 字符串中有不认识的转义
        en four hexadecimal digits are expected here
        zh 这里应为四个十六进制数字
        en There is no such file in the console.
        zh 控制台没有这个文件。
        en this field is required
        zh 这是必填字段
        en say what to run
        zh 请写明运行什么
        en an address belongs to type 'http'
        zh 地址用于类型“http”
        en say what to call
        zh 请写明调用什么
        en a command belongs to type 'shell'
        zh 命令用于类型“shell”
        en a task runs a command or calls an address, not both
        zh 任务要么运行命令，要么调用地址，不能两者都写
        en There is no such task.
        zh 没有这个任务。
        en what a task is told is data; a secret belongs into its template
        zh 告诉任务的是数据；密钥要写在它的模板里
        en an account's id is made of at most 100 letters, digits and '.', '_', '-', '~', '@', '+'
        zh 账号编号最多 100 个字母、数字和“.”、“_”、“-”、“~”、“@”、“+”
        en write a date such as 2026-02-08, or a time with an offset
        zh 请写 2026-02-08 这样的日期，或带时区的时间
        en an interval is 1 second to 366 days
        zh 间隔为 1 秒到 366 天
        en write the first hour and the one after the last, such as [8, 22]; [0, 24] is the whole day
        zh 请写第一个小时和最后一个小时的下一个，如 [8, 22]；[0, 24] 是全天
        en this is no account's id
        zh 这不是账号编号
        en '{text}' is none of 'true', 'false'
        zh “{text}”不是“true”或“false”
        en a task stays with its account; make another one
        zh 任务不能换账号；请另建一个
        en seconds, at most 366 days earlier or later
        zh 秒数，最多提前或推后 366 天
        en Sign in first.
        zh 请先登录。
        en There is nothing here: '{name}' has to be a number.
        zh 这里什么都没有：“{name}”应为数字。
        en There is nothing here: a session is named by 16 hexadecimal digits.
        zh 这里什么都没有：会话用 16 个十六进制数字表示。
        en There is nothing here: a role's name is made of letters, digits, '.', '_' and '-'.
        zh 这里什么都没有：角色名称只含字母、数字、“.”、“_”和“-”。
        en There is nothing here: a secret's name is made of letters, digits and '_', at most 64, and does not start with a digit.
        zh 这里什么都没有：密钥名称只含字母、数字和“_”，最多 64 个字符，不以数字开头。
        en There is nothing here: a step's key is made of small letters, digits and '_'.
        zh 这里什么都没有：步骤的键只含小写字母、数字和“_”。
        en There is nothing here: a calendar's name is made of letters, digits, '-' and '_', at most 64, and starts with a letter or digit.
        zh 这里什么都没有：日历名称只含字母、数字、“-”和“_”，最多 64 个字符，以字母或数字开头。
        en There is nothing here: '{name}' has to be a UUID.
        zh 这里什么都没有：“{name}”应为 UUID。
        en There is nothing here: '{name}' has to be a host's id.
        zh 这里什么都没有：“{name}”应为主机编号。
        en Send the body as 'Content-Type: application/json'.
        zh 请以 'Content-Type: application/json' 发送请求体。
        en The body is larger than {bodyLimit} bytes.
        zh 请求体大于 {bodyLimit} 字节。
        en The body could not be read.
        zh 请求体读不了。
        en X-QF-Reason has to be percent-encoded text of at most {textLimit} bytes, without control characters.
        zh X-QF-Reason 应为百分号编码的文本，最多 {textLimit} 字节，不能有控制字符。
        en  (and {count} more)
        zh （另有 {count} 处）
        en The request cannot be read: {first}{more}
        zh 请求无法读取：{first}{more}
        en The server failed. Its log has the details under this request id.
        zh 服务器出错了。日志中有这个请求编号的详情。
        en Version {version} is stored, which is not the one of If-Match. Read it again and repeat your change on it.
        zh 现在保存的是版本 {version}，与 If-Match 不同。请重新读取，再在其上修改。
        en the body is {kind}, not an object
        zh 请求体是{kind}，不是对象
        en this is more seconds than any schedule has
        zh 秒数太大，没有哪个调度会用到
        en seconds have at most three decimals
        zh 秒数最多三位小数
        en a number of seconds
        zh 秒数
        en '{shown}' is no RFC 3339 time with an offset, such as 2026-01-31T08:00:00Z
        zh “{shown}”不是带时区的 RFC 3339 时间，如 2026-01-31T08:00:00Z
        en this is {kind}, not a string
        zh 这是{kind}，不是字符串
        en this is {kind}, not an object
        zh 这是{kind}，不是对象
        en {kind} is not allowed here
        zh 这里不能是{kind}
        en this is {kind}, not {expected}
        zh 这是{kind}，不是{expected}
        en two of them have the name '{name}'
        zh 有两个的名称都是“{name}”
        en this is a list of at most {limit}
        zh 这里应是列表，最多 {limit} 项
        en there is no such field
        zh 没有这个字段
        en The body did not come in time.
        zh 请求体没有及时到达。
        en There is no such method.
        zh 没有这个方法。
        en The headers are too large.
        zh 请求头太大。
        en Speak HTTP/1.1.
        zh 请使用 HTTP/1.1。
        en This is not an HTTP/1.1 request.
        zh 这不是 HTTP/1.1 请求。
        en '{word}' is none of 1 to {executorKinds} or {known}
        zh “{word}”不是 1 到 {executorKinds}，也不是 {known}
        en at most {labelCountLimit} labels can be looked for at once
        zh 一次最多查找 {labelCountLimit} 个标签
        en a label to look for has at most {labelLimit} characters
        zh 要查找的标签最多 {labelLimit} 个字符
        en '{word}' is no label; write its name, or name=value
        zh “{word}”不是标签；请写名称，或 name=value
        en the query is not percent-encoded UTF-8, or has too many combining marks in a row
        zh 查询参数不是百分号编码的 UTF-8，或连续的组合符号太多
        en this parameter stands twice
        zh 这个参数写了两次
        en this parameter is required
        zh 必须给出这个参数
        en a word to search for has at most {keywordLimit} bytes
        zh 要查找的词最多 {keywordLimit} 字节
        en '{text}' is no integer
        zh “{text}”不是整数
        en '{text}' is no UUID
        zh “{text}”不是 UUID
        en say the page by page and page_size, or by limit and offset, not by both
        zh 分页请用 page 和 page_size，或 limit 和 offset，不要混用
        en an offset is a multiple of the limit
        zh offset 是 limit 的整数倍
        en '{part}' is no status; use 1 to 7 or a name such as 'failure'
        zh “{part}”不是状态；请写 1 到 7，或“failure”这样的名称
        en this route takes no parameters
        zh 这个接口没有参数
        en there is no such parameter; there are: {declared}
        zh 没有这个参数；可用的有：{declared}
        en A request of a browser needs the header 'X-QF-CSRF: 1'.
        zh 浏览器的请求需要 'X-QF-CSRF: 1' 请求头。
        en The request comes from a page of another site.
        zh 请求来自另一个网站的页面。
        en The address has more than {targetLimit} bytes.
        zh 地址超过 {targetLimit} 字节。
        en The address has bytes that are not ASCII; percent-encode them.
        zh 地址中有非 ASCII 字节；请用百分号编码。
        en The headers have more than {headerLimit} bytes.
        zh 请求头超过 {headerLimit} 字节。
        en The header '{name}' is not ASCII.
        zh 请求头“{name}”不是 ASCII。
        en A request has one Host header.
        zh 一个请求只有一个 Host 请求头。
        en Only the transfer coding 'chunked' is understood.
        zh 只支持传输编码“chunked”。
        en Only 'Expect: 100-continue' is understood.
        zh 只支持 'Expect: 100-continue'。
        en Too many requests. Wait {wait} s and go on more slowly; the headers 'RateLimit-*' say what is left.
        zh 请求太多。请等 {wait} 秒，并放慢速度；'RateLimit-*' 响应头说明还剩多少。
        en http.tls.certificate: no certificate in PEM can be read from {certificate}.
        zh http.tls.certificate：从 {certificate} 读不到 PEM 证书。
        en http.tls.key: no key in PEM, without a pass phrase, can be read from {key}.
        zh http.tls.key：从 {key} 读不到没有口令的 PEM 私钥。
        en http.tls: the key of {key} does not belong to the certificate of {certificate}, or one of them can't be used: {error}
        zh http.tls：{key} 的私钥与 {certificate} 的证书不匹配，或其中之一不能使用：{error}
        en The server is starting. Try again in a second.
        zh 服务器正在启动。请一秒后再试。
        en There is no role '{name}' of a server; there are {names}.
        zh 服务器没有角色“{name}”；有：{names}。
        en A server without a role would do nothing: name some of {names}, or say nothing for all of them.
        zh 没有角色的服务器什么也不做：请写 {names} 中的几个，或者不写，即全部。
        en This server has no API, only the roles {roles} (cluster.roles): ask one that has the role api.
        zh 这台服务器没有 API，只有角色 {roles}（cluster.roles）：请访问有 api 角色的服务器。
        en Change your password first.
        zh 请先修改密码。
        en Set up one-time codes first.
        zh 请先设置动态口令。
        en Try again.
        zh 请再试一次。
        en The live connection can only be opened by a page of this host.
        zh 实时连接只能由本站的页面打开。
        en There is no such topic.
        zh 没有这个主题。
        en At most {topicLimit} executions can be watched at once.
        zh 一次最多关注 {topicLimit} 个执行。
        en The request is refused.
        zh 请求被拒绝。
        en The server is stopping. Try again.
        zh 服务器正在停止。请再试一次。
        en {method} is not possible here; use {allowed}.
        zh 这里不能用 {method}；请用 {allowed}。
        en There is no such path in the API.
        zh API 没有这个路径。
        en Pages can only be read.
        zh 页面只能读取。
        en There is nothing here: the path is not written in its plain form.
        zh 这里什么都没有：路径写得不规范。
        en The Host header is missing or not a host name.
        zh Host 请求头缺失，或不是主机名。
        en Somebody else knows your password. Change it first: POST /api/v1/auth/password.
        zh 别人知道你的密码。请先修改：POST /api/v1/auth/password。
        en Your role needs one-time codes. Set them up first: POST /api/v1/auth/totp.
        zh 你的角色需要动态口令。请先设置：POST /api/v1/auth/totp。
        en Sign in first, or send a valid token as 'Authorization: Bearer …'.
        zh 请先登录，或以 'Authorization: Bearer …' 发送有效的令牌。
        en No token opens this: a stolen one must not make others. Sign in with the password.
        zh 令牌不能这样做：失窃的令牌不能用来制造别的令牌。请用密码登录。
        en This server's store has no calendars.
        zh 这台服务器的存储没有日历。
        en This server's store has no notifications.
        zh 这台服务器的存储没有通知。
        en This server's store has no workflows.
        zh 这台服务器的存储没有工作流。
        en This server's store keeps no views.
        zh 此服务器的存储不保存视图。
        en This server's store keeps no preferences.
        zh 这台服务器的存储不保存偏好。
        en This server's store keeps no settings.
        zh 这台服务器的存储不保存设置。
        en This server's store has no backfills.
        zh 这台服务器的存储没有补跑。
        en This server's store keeps no requests.
        zh 这台服务器的存储不保存审批申请。
        en This server's store has no webhooks.
        zh 这台服务器的存储没有 Webhook。
        en This path speaks WebSocket (RFC 6455).
        zh 这个路径使用 WebSocket（RFC 6455）。
        en This server has its database to itself.
        zh 这台服务器独占它的数据库。
        en this version has no '{name}' of dependencies yet; leave it out
        zh 这个版本的依赖还没有“{name}”；请去掉
        en with join 'any' nothing is paired; leave one of them out
        zh join 为“any”时没有配对；请去掉其中一个
        en this belongs to 'dependencies'; say those too, or leave it out
        zh 这属于“dependencies”；请同时写出，或去掉
        en this says the same as 'dependencies'; leave one of them out
        zh 这与“dependencies”说的是同一件事；请去掉其中一个
        en say which task it waits for
        zh 请写明依赖哪个任务
        en parents can't hand on parameters yet; leave it out
        zh 上游还不能传递参数；请去掉
        en a schedule can't wait for parents yet: 'start' lets them start runs of their own beside it
        zh 有调度的任务还不能等待上游：“start”让上游另外启动它自己的运行
        en '{word}' is none of 'start'
        zh “{word}”不是“start”
        en '{word}' is none of 'skip', 'run', 'alarm'
        zh “{word}”不是“skip”、“run”或“alarm”
        en say a time of day, or after_seconds
        zh 请写一天中的时刻，或 after_seconds
        en this belongs to 'at'; leave it out
        zh 这属于“at”；请去掉
        en say 'at' or 'after_seconds', not both
        zh 请写“at”或“after_seconds”，不能两者都写
        en '{at}' is no time of day such as 08:00
        zh “{at}”不是 08:00 这样的时刻
        en a share of hosts is a number from 0.001 to 1
        zh 主机比例是 0.001 到 1 的数
        en say "all", "any", or a share such as {"ratio": 0.8}
        zh 请写 "all"、"any"，或 {"ratio": 0.8} 这样的比例
        en '{text}' is no host's id
        zh “{text}”不是主机编号
        en name 1 to {topicLimit} of jobs, executions, execution:ID, log:ID, hosts, stats, separated by commas
        zh 请写 1 到 {topicLimit} 个：jobs、executions、execution:ID、log:ID、hosts、stats，用逗号分隔
        en say what to look for
        zh 请写明要找什么
        en a text to look for has at most {keywordLimit} bytes
        zh 要找的文本最多 {keywordLimit} 字节
        en attempts are counted from 1; the execution's 'attempts' lists them
        zh 尝试次数从 1 数起；执行的“attempts”列出了它们
        en '{range}' is no range; write 1h to 8760h or 1d to 365d
        zh “{range}”不是时间范围；请写 1h 到 8760h，或 1d 到 365d
        en a host is 'online' or 'offline'
        zh 主机为“online”或“offline”
        en '{date}' is no day; write one such as 2026-11-21
        zh “{date}”不是日期；请写 2026-11-21 这样的日期
        en '{text}' is no address or block of addresses, such as 192.0.2.0/24 or 2001:db8::/32
        zh “{text}”不是地址或地址段，如 192.0.2.0/24 或 2001:db8::/32
        en a pattern has 1 to {limit} bytes and no blanks, such as web-*
        zh 模式为 1 到 {limit} 字节，不能有空格，如 web-*
        en a fresh secret and a given one exclude each other
        zh 新生成的密钥和给出的密钥不能同时使用
        en Stripe makes the secret: take the one it shows, whsec_…
        zh 密钥由 Stripe 生成：请填它显示的 whsec_…
        en '{text}' is no address and no block such as 192.0.2.0/24
        zh “{text}”不是地址，也不是 192.0.2.0/24 这样的地址段
        en '{text}' is no JSON pointer such as /repository/full_name (RFC 6901)
        zh “{text}”不是 JSON Pointer，如 /repository/full_name（RFC 6901）
        en The signature is not right. The webhook's list of calls says what is wrong with it.
        zh 签名不对。Webhook 的调用记录说明了原因。
        en There is no such webhook.
        zh 没有这个 Webhook。
        en write 1 to {jobLimit} task numbers, separated by commas
        zh 请写 1 到 {jobLimit} 个任务编号，用逗号分隔
        en this version has no '{name}' of placement yet; leave it out
        zh 这个版本的 placement 还没有“{name}”；请去掉
        en a list whose items each become an execution is a workflow, not a placement: list, map, collect; begin one with 'quicflow workflow new --map', or in the console: Workflows, New workflow, 'List, map, collect'
        zh 让列表的每一项各成为一次执行，要用工作流，而不是 placement：列出、逐项执行、汇总；用 'quicflow workflow new --map' 开始，或在控制台中：工作流、新建工作流、“列出、逐项、汇总”
        en '{prefix}' is no id of a host
        zh “{prefix}”不是主机编号
        en '{name}' is no cause of a retry; there are {known}
        zh “{name}”不是重试的原因；可用的有 {known}
        en there is no such setting
        zh 没有这个设置
        en a setting is a whole number, a text or null
        zh 设置的值是整数、文本或 null
        en Not ready: {reason}
        zh 尚未就绪：{reason}
        en a task's status is 0 (disabled) or 1 (enabled)
        zh 任务状态为 0（停用）或 1（启用）
        en 'edit' and 'run' take two persons, and nothing else
        zh 需要两个人的只有“edit”和“run”
        en an executor type is 1 (shell), 2 (HTTP), 3 (plugin), 4 (SQL), 5 (built-in) or 6 (container)
        zh 执行类型为 1（Shell）、2（HTTP）、3（插件）、4（SQL）、5（内置操作）或 6（容器）
        en this field belongs to schedule_type '{kind}'; leave it out
        zh 这个字段用于 schedule_type “{kind}”；请去掉
        en a cron schedule needs its expression
        zh cron 调度需要表达式
        en this schedule needs its period in seconds
        zh 这种调度需要以秒为单位的周期
        en this schedule needs its pause in seconds
        zh 这种调度需要以秒为单位的间隔
        en this schedule needs its time
        zh 这种调度需要时间
        en say when the job runs: cron_expr, or a schedule_type
        zh 请写明何时运行：cron_expr，或 schedule_type
        en say what the task waits for; an empty array is nothing
        zh 请写明任务依赖什么；空数组表示不依赖
        en say which tasks to look at
        zh 请写明检查哪些任务
        en at most {checkLimit} tasks are looked at in one request
        zh 一次请求最多检查 {checkLimit} 个任务
        en at most {checkLimit} workflows are looked at in one request
        zh 一次请求最多检查 {checkLimit} 个工作流
        en This server has no workflows.
        zh 这台服务器没有工作流。
        en a task's status is 0 or 1
        zh 任务状态为 0 或 1
        en sort by one of {names}, with '-' in front for descending
        zh 排序可用 {names} 之一，降序在前面加“-”
        en a reason belongs to a pause; say 'until' as well, or leave it out
        zh 原因只用于暂停；请同时写“until”，或去掉
        en say the instant, such as 2026-01-31T08:00:00Z
        zh 请写出时刻，如 2026-01-31T08:00:00Z
        en at most {expressionLimit} expressions
        zh 最多 {expressionLimit} 个表达式
        en there is no built-in '{name}'; use {names}
        zh 没有内置操作“{name}”；可用 {names}
        en null
        zh 空值
        en this is not {kind}
        zh 这不是{kind}
        """#
}
