// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseKept {
    /// What hosts say of executions that did not start, or wait.
    static let starts = #"""
        en waits until another execution of the job has ended
        zh 等待任务的另一个执行结束
        en waits for a place on the host: {count} executions run there, the most at once
        zh 等待主机上的位置：那里已运行 {count} 个执行，达到上限
        en no place became free on the host before its deadline
        zh 截止时间之前主机上没有空出位置
        en it could not start before its deadline {time}
        zh 没能在截止时间 {time} 之前开始
        en the order arrived after its deadline {time}
        zh 指令在截止时间 {time} 之后到达
        en the agent came to it after its deadline {time}
        zh 代理在截止时间 {time} 之后才处理到它
        en the order lies before what this agent remembers ({time})
        zh 指令早于代理记得的时间（{time}）
        en this fire had passed when the agent could decide on it
        zh 主机能处理时，这次触发已经过期
        en the job is disabled
        zh 任务已停用
        en the job was disabled
        zh 任务已被停用
        en the job left this host
        zh 任务不再属于这台主机
        en version {version} of the job has no fire at this time, version {before} had
        zh 任务的版本 {version} 在这个时间不触发，版本 {before} 触发
        en {count} of at most {limit} executions of this job were still open on the host
        zh 这台主机上该任务还有 {count} 个执行未结束（最多 {limit} 个）
        en {count} of at most {limit} executions of this job were waiting on the host
        zh 这台主机上该任务有 {count} 个执行在等待（最多 {limit} 个）
        en this version of the agent does not know all that the job says: {what}. Upgrade the agent
        zh 这个版本的代理不认识任务的全部内容：{what}。请升级代理
        en the agent was not running at {time}
        zh {time} 时代理没有运行
        en this fire is counted in the record at {time}
        zh 这次触发已计入 {time} 的记录
        en {count} fires from {first} through {last} were missed
        zh 错过了从 {first} 到 {last} 的 {count} 次触发
        en this fire was missed
        zh 错过了这次触发
        en {fires}: from {first} to {last} the host could not write its ledger ({cause})
        zh {fires}：从 {first} 到 {last}，主机无法写台账（{cause}）
        en the host had no connection to a server from {first} to {last}, longer than the job runs without one
        zh 从 {first} 到 {last}，主机未与服务器连接，超过了任务允许离线运行的时间
        en {fires}: the host had no connection to a server from {first} to {last}, longer than the job runs without one
        zh {fires}：从 {first} 到 {last}，主机未与服务器连接，超过了任务允许离线运行的时间
        en the scheduler was stopped by {name} from {since} to {until}
        zh 调度器在 {since} 至 {until} 期间被 {name} 停止
        en the scheduler is stopped by {name} since {since}
        zh 调度器自 {since} 起被 {name} 停止
        en {fires}: the scheduler was stopped by {name} from {since} to {until}
        zh {fires}：调度器在 {since} 至 {until} 期间被 {name} 停止
        en {fires}: the scheduler is stopped by {name} since {since}
        zh {fires}：调度器自 {since} 起被 {name} 停止
        en {stop}; the job was disabled before that ended
        zh {stop}；在其结束前任务已停用
        en {stop}; the job was deleted, or left this host, before that ended
        zh {stop}；在其结束前任务已删除，或不再由此主机执行
        en {stop}; the job was deleted before that ended
        zh {stop}；在其结束前任务已删除
        en {stop}; the job got another schedule before that ended
        zh {stop}；在其结束前任务更换了调度计划
        en it could not start before its deadline: {cause}
        zh 超过最晚开始时间未能启动：{cause}
        en the server was away at this time and until {time}
        zh 服务器当时不在运行，直到 {time}
        en {fires}: the agent was not running at {time}
        zh {fires}：{time} 时代理没有运行
        en no connection to '{host}' port {port} ({addresses}): {reason}
        zh 无法连接“{host}”的 {port} 端口（{addresses}）：{reason}
        en no connection to '{host}' port {port}: {reason}
        zh 无法连接“{host}”的 {port} 端口：{reason}
        en no address answered
        zh 没有地址应答
        en Connection refused
        zh 连接被拒绝
        en Name or service not known
        zh 没有这个名称
        en Temporary failure in name resolution
        zh 域名解析暂时失败
        en No address associated with hostname
        zh 该名称没有对应的地址
        en Connection timed out
        zh 连接超时
        en connection reset ({how}): {reason} (errno: {number})
        zh 连接中断（{how}）：{reason}（errno {number}）
        en No route to host
        zh 没有到主机的路由
        en Network is unreachable
        zh 网络不可达
        en No space left on device
        zh 磁盘空间不足
        en Permission denied
        zh 没有权限
        en No such file or directory
        zh 没有这个文件或目录
        en cannot resolve '{host}': {reason}
        zh 无法解析“{host}”：{reason}
        en no complete answer within the time limit of {limit} s
        zh 在 {limit} 秒的时间限制内没有完整的应答
        en HTTP status {status}
        zh HTTP 状态码 {status}
        en more than {count} redirects
        zh 重定向超过 {count} 次
        en redirected to '{url}', which is not a URL
        zh 被重定向到“{url}”，它不是 URL
        en no connection within the time limit
        zh 在时限内没有连上
        en the server closed the connection before its answer was complete
        zh 对方在应答完成前关闭了连接
        en the server did not finish the TLS handshake in time
        zh 对方没有及时完成 TLS 握手
        en the server's certificate is not trusted on this host: it is self-signed, expired, or of an authority that is not among the host's (add it there as the system does: update-ca-certificates, update-ca-trust)
        zh 这台主机不信任对方的证书：它是自签名的、已过期，或出自主机不认识的机构（请按系统的方法加入：update-ca-certificates、update-ca-trust）
        en the server's certificate is not trusted on this host: it is self-signed, expired, or of an authority that is not among the host's (add it as the system does: update-ca-certificates, update-ca-trust; or for HTTP jobs alone in the host's policy: network.authorities)
        zh 这台主机不信任对方的证书：它是自签名的、已过期，或出自主机不认识的机构（请按系统的方法加入：update-ca-certificates、update-ca-trust；或只为 HTTP 任务写入主机策略的 network.authorities）
        en '{file}' can't be read, or has no certificate in PEM (network.authorities of this host's policy)
        zh “{file}”无法读取，或其中没有 PEM 格式的证书（这台主机策略的 network.authorities）
        en the server does not speak TLS on this port
        zh 对方在这个端口上不使用 TLS
        en the server's certificate is for another name
        zh 对方的证书属于另一个名称
        en no TLS connection could be made: {reason}
        zh 无法建立 TLS 连接：{reason}
        en no parameter '{name}' was given, which the request uses
        zh 没有给出请求使用的参数“{name}”
        en '{text}' is not a URL
        zh “{text}”不是 URL
        en '{text}' is not an http or https URL
        zh “{text}”不是 http 或 https 的 URL
        en '{url}': there is no port {port}
        zh “{url}”：没有端口 {port}
        en '{url}' has a user or password in it; credentials belong in a header
        zh “{url}”中有用户或密码；凭据应放在请求头里
        en '{host}' is refused: {reason}
        zh “{host}”被拒绝：{reason}
        en {address}: link-local and metadata addresses are never reachable
        zh {address}：从不访问链路本地和元数据地址
        en {address}: private addresses are not allowed on this host
        zh {address}：这台主机不允许访问内网地址
        en {address}: the installation does not allow the host itself (setting network.loopback)
        zh {address}：系统设置不允许访问本机（设置 network.loopback）
        en {address}: the installation does not allow the host itself (setting network.loopback, or loopback: true in the host's policy)
        zh {address}：系统设置不允许访问本机（设置 network.loopback，或主机策略中的 loopback: true）
        en {address}: the installation does not allow private addresses (setting network.private)
        zh {address}：系统设置不允许访问内网地址（设置 network.private）
        en the working directory '{path}' does not exist
        zh 工作目录“{path}”不存在
        en no permission to enter the working directory '{path}'
        zh 没有权限进入工作目录“{path}”
        en the working directory '{path}' cannot be entered
        zh 无法进入工作目录“{path}”
        en {program} does not exist on this host
        zh 主机上没有 {program}
        en no permission to run {program}
        zh 没有权限运行 {program}
        en {program} could not be started
        zh {program} 无法启动
        en {what} ({reason})
        zh {what}（{reason}）
        en the agent may not give this niceness
        zh 代理无权设置这个 nice 值
        en the script, its parameters and environment are larger than the system allows
        zh 脚本、参数和环境变量超过系统允许的大小
        en the host has no room for another process
        zh 主机无法再创建进程
        en the host has no file descriptors left
        zh 主机没有可用的文件描述符
        en the interpreter '{path}' is not an absolute path
        zh 解释器“{path}”不是绝对路径
        en the working directory '{path}' is not an absolute path
        zh 工作目录“{path}”不是绝对路径
        en the agent runs as '{user}' and not as root: it can't start a job as '{other}'
        zh 代理以“{user}”运行而不是 root：它不能以“{other}”启动任务
        en there is no user '{user}' on this host
        zh 这台主机上没有用户“{user}”
        en this host sets no limits, no user and no unit: quicflow-work is not beside its agent
        zh 这台主机不能设置限制、用户和单元：代理旁边没有 quicflow-work
        en this host sets no limits and no user: quicflow-work is not beside its agent
        zh 这台主机不能设置限制和用户：代理旁边没有 quicflow-work
        en this host makes no units: its systemd does not answer at {path}
        zh 这台主机不能创建单元：它的 systemd 在 {path} 没有应答
        en this host makes no units: the systemd of '{user}' does not answer at {path}
        zh 这台主机不能创建单元：用户“{user}”的 systemd 在 {path} 没有应答
        en the unit of systemd could not be made: {reason}
        zh 无法创建 systemd 单元：{reason}
        en this host cannot limit '{name}': its agent has no control groups (cgroup v2) with '{controller}'
        zh 这台主机不能限制“{name}”：代理没有带“{controller}”的控制组（cgroup v2）
        en this host cannot keep what the job's processes may use together
        zh 这台主机不能限制任务所有进程合计的用量
        en quicflow-work is not beside the agent of this host; install it
        zh 这台主机的代理旁边没有 quicflow-work；请安装
        en this host has no executor for {kind} jobs
        zh 这台主机没有 {kind} 任务的执行器
        en this host gets no secrets
        zh 这台主机得不到密钥
        en secret_unavailable: {reason}
        zh secret_unavailable：{reason}
        en there is no connection to the server, which keeps the secrets
        zh 没有与保存密钥的服务器的连接
        en the host's policy does not allow connections to the host itself (network)
        zh 主机的策略不允许连接本机（network）
        en the host's policy does not allow connections to '{host}' (network.hosts)
        zh 主机的策略不允许连接“{host}”（network.hosts）
        en the installation does not allow connections to the host itself (setting network.loopback)
        zh 系统设置不允许连接本机（设置 network.loopback）
        en the installation does not allow connections to the host itself (setting network.loopback, or loopback: true in the host's policy)
        zh 系统设置不允许连接本机（设置 network.loopback，或主机策略中的 loopback: true）
        en the host's policy does not allow {kind} jobs (executors)
        zh 主机的策略不允许 {kind} 任务（executors）
        en '{name}': '{file}' can't be read, or has no certificate in PEM
        zh “{name}”：“{file}”无法读取，或其中没有 PEM 格式的证书
        en '{name}': '{file}' can't be read, or has no key in PEM without a password
        zh “{name}”：“{file}”无法读取，或其中没有不带密码的 PEM 格式密钥
        en The webhook is disabled.
        zh Webhook 已停用。
        en The server failed. Its log has the details under this request id.
        zh 服务器出错了。日志中有这个请求编号的详情。
        en The task reaches no host.
        zh 任务没有可用的主机。
        en The task rests: it is {hold}.
        zh 任务不会自动运行：{hold}。
        en finished: its last fire is over, and it switched itself off at {since}
        zh 已完成：最后一次触发已结束，任务于 {since} 自动停用
        en paused until {until}: {reason}
        zh 已暂停至 {until}：{reason}
        en paused until {until}
        zh 已暂停至 {until}
        en paused after {count} failures in a row, the last: execution {execution}
        zh 连续失败 {count} 次后已暂停，最后一次：执行 {execution}
        en paused after {count} failures in a row
        zh 连续失败 {count} 次后已暂停
        en paused after 1 failure, the last: execution {execution}
        zh 连续失败 1 次后已暂停，最后一次：执行 {execution}
        en paused after 1 failure
        zh 连续失败 1 次后已暂停
        en The server chooses where the task runs.
        zh 任务在哪里运行由服务器选择。
        en a ping
        zh 一次 ping
        en the body does not say what 'when' asks for
        zh 正文不符合“when”的条件
        en nobody calls it: an event starts it
        zh 没有人调用它：由事件启动
        en a client certificate is shown over https only
        zh 客户端证书只在 https 上出示
        en the host's policy does not show the client certificate '{name}' to '{host}' (network.client_certificates)
        zh 主机策略不向“{host}”出示客户端证书“{name}”（network.client_certificates）
        en the host's policy has no client certificate '{name}' (network.client_certificates)
        zh 主机策略里没有客户端证书“{name}”（network.client_certificates）
        en the server asks for a client certificate, or does not take the one that was shown: say 'client_certificate' in the task, and name its files in the host's policy (network.client_certificates)
        zh 对方要求客户端证书，或不接受出示的证书：请在任务里写 client_certificate，并在主机策略里写明它的文件（network.client_certificates）
        en the host's policy does not allow units of systemd (units.allowed)
        zh 主机策略不允许 systemd 单元（units.allowed）
        en the host's policy allows units of systemd only in slices that it names (units.slices)
        zh 主机策略只允许在它列出的 slice 中创建 systemd 单元（units.slices）
        en the host's policy does not allow the slice '{slice}' (units.slices)
        zh 主机策略不允许 slice“{slice}”（units.slices）
        en the host's policy does not allow the image '{image}' (containers.images)
        zh 主机策略不允许镜像“{image}”（containers.images）
        en the host's policy does not allow the network '{network}' (containers.networks)
        zh 主机策略不允许网络“{network}”（containers.networks）
        en the host's policy does not allow the interpreter '{path}' (interpreters)
        zh 主机的策略不允许解释器“{path}”（interpreters）
        en the host's policy does not allow jobs of the user '{user}' (users)
        zh 主机的策略不允许用户“{user}”的任务（users）
        en the host's policy does not allow '{path}' (directories)
        zh 主机的策略不允许“{path}”（directories）
        en the definition's signature is wrong: it is not what this installation's server signed (signatures)
        zh 任务定义的签名不正确：它不是本系统服务器签署的内容（signatures）
        en the definition is signed by a key that no authority of this host has vouched for (signatures)
        zh 任务定义由一个密钥签名，但这台主机信任的机构都没有为该密钥担保（signatures）
        en the definition has no signature, and this host takes none without (signatures)
        zh 任务定义没有签名，而这台主机只接受有签名的定义（signatures）
        en the directory '{path}' can't be read ({reason})
        zh 目录“{path}”无法读取（{reason}）
        en '{path}' names more files than are looked at: {count}, of {limit} in the directory
        zh “{path}”匹配的文件多于会查看的数量：{count} 个，目录中 {limit} 个
        en the host's policy {file} can't be read; nothing is started without it
        zh 主机的策略 {file} 读不了；没有它不启动任何任务
        en the host's policy {file}: {fault}
        zh 主机的策略 {file}：{fault}
        """#
}
