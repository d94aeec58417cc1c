// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseKept {
    /// What plugins, SQL and built-in jobs end with: the last line that `quicflow-work` complains of.
    static let work = #"""
        en stopped
        zh 已停止
        en no descriptor is left
        zh 没有可用的文件描述符
        en no file descriptors are left
        zh 没有可用的文件描述符
        en this kind of job is carried out elsewhere
        zh 这种任务在别处执行
        en this program is started by the agent of a host, of the same version
        zh 这个程序由主机上相同版本的代理启动
        en this program is started by the agent of a host
        zh 这个程序由主机上的代理启动
        en no parameter '{name}' was given, which the job uses
        zh 没有给出任务使用的参数“{name}”
        en '{host}' has no address
        zh “{host}”没有地址
        en {address}: not an internet address
        zh {address}：不是互联网地址
        en {address}: not an address of a host
        zh {address}：不是主机的地址
        en cannot start {program}: {place}: {reason}
        zh 无法启动 {program}：{place}：{reason}
        en limits: no program is named
        zh limits：没有给出程序
        en limits: '{word}' is none
        zh limits：“{word}”不是限制
        en limits: '{name}' needs a unit
        zh limits：“{name}”需要一个单元
        en the service manager speaks another language than D-Bus, version 1
        zh 服务管理器使用的不是 D-Bus 协议第 1 版
        en the service manager sends a message of {count} bytes
        zh 服务管理器发来 {count} 字节的消息
        en no systemd answers at {path}: {reason}
        zh {path} 没有 systemd 应答：{reason}
        en the systemd at {path} does not let this user make units
        zh {path} 的 systemd 不允许这个用户创建单元
        en systemd hung up: {reason}
        zh systemd 断开了连接：{reason}
        en systemd does not speak D-Bus
        zh systemd 使用的不是 D-Bus 协议
        en systemd hung up
        zh systemd 断开了连接
        en systemd does not answer in time
        zh systemd 没有及时应答
        en systemd refuses the unit {name}: {reason}
        zh systemd 拒绝单元 {name}：{reason}
        en systemd could not start the unit {name}: {reason}
        zh systemd 未能启动单元 {name}：{reason}
        en systemd has made the unit {name}, but this process is not in it
        zh systemd 已创建单元 {name}，但本进程不在其中
        en this host cannot limit '{name}': its systemd has no control groups (cgroup v2) with '{controller}'
        zh 这台主机不能限制“{name}”：它的 systemd 没有带“{controller}”的控制组（cgroup v2）
        en the limit {name} cannot be set: {reason}
        zh 无法设置限制 {name}：{reason}
        en {program} could not be started: {reason}
        zh {program} 无法启动：{reason}
        en this host's agent may not start anything as '{user}'
        zh 这台主机的代理无权以“{user}”启动程序
        en '{user}' can't enter the directory '{path}': {reason}
        zh “{user}”无法进入目录“{path}”：{reason}
        en the file for outputs can't be made: {reason}
        zh 无法创建输出值的文件：{reason}
        en cannot look at '{path}': {reason}
        zh 无法查看“{path}”：{reason}
        en {path}: {percent} % free, {count} MiB
        zh {path}：剩余 {percent}%，{count} MiB
        en at least {percent} % are wanted
        zh 至少需要 {percent}%
        en cannot enter '{path}': {reason}
        zh 无法进入“{path}”：{reason}
        en '{path}' is the root of this host
        zh “{path}”是这台主机的根目录
        en {count} files or directories could not be cleaned up
        zh 有 {count} 个文件或目录无法清理
        en Not a directory
        zh 不是目录
        en Is a directory
        zh 是一个目录
        en Read-only file system
        zh 文件系统是只读的
        en Operation not permitted
        zh 不允许该操作
        en Too many open files
        zh 打开的文件过多
        en Too many levels of symbolic links
        zh 符号链接的层数过多
        en Input/output error
        zh 输入输出错误
        en Cannot allocate memory
        zh 内存不足
        en Disk quota exceeded
        zh 超出磁盘配额
        en Connection reset by peer
        zh 连接被对方中断
        """#

    /// What plugins are told that they do wrong.
    static let plugins = #"""
        en the plugin '{name}': {reason}
        zh 插件“{name}”：{reason}
        en '{name}' is no name of a plugin
        zh “{name}”不是插件的名称
        en this host has no directory of plugins
        zh 这台主机没有插件目录
        en this host has no plugin '{name}' in {path}
        zh 这台主机的 {path} 中没有插件“{name}”
        en {path} may be written by others
        zh 其他用户可以写 {path}
        en it has to be its owner's alone (chmod go-w)
        zh 只能由其所有者写（chmod go-w）
        en {path} is no program that can be run
        zh {path} 不是可以运行的程序
        en a line has more than {count} bytes
        zh 有一行超过 {count} 字节
        en a line is no JSON object with a "type"
        zh 有一行不是带有 "type" 的 JSON 对象
        en its first message is '{type}' and not 'hello'
        zh 它的第一条消息是“{type}”而不是“hello”
        en its message '{type}' is none of the protocol
        zh 它的消息“{type}”不属于协议
        en it did not greet in time
        zh 它没有及时问候
        en it did not end when it was told to
        zh 要求它结束时它没有结束
        en it did not end by itself
        zh 它没有自行结束
        en it ended without a result: {reason}
        zh 它没有给出结果就结束了：{reason}
        en the plugin says that it failed
        zh 插件说它失败了
        en its 'error' has no "text"
        zh 它的“error”没有 "text"
        en its 'output' has no "text"
        zh 它的“output”没有 "text"
        en its 'progress' has no "percent" from 0 to 100
        zh 它的“progress”没有 0 到 100 的 "percent"
        en the "stream" of its 'output' is neither stdout nor stderr
        zh 它的“output”的 "stream" 既不是 stdout 也不是 stderr
        en the "outputs" of its 'result' are no object of texts, numbers and booleans by name
        zh 它的“result”的 "outputs" 不是由名称到文本、数字或布尔值的对象
        en the "status" of its 'result' is neither success nor failure
        zh 它的“result”的 "status" 既不是 success 也不是 failure
        en its greeting does not say "protocol": {version}
        zh 它的问候没有写 "protocol": {version}
        en its greeting has no "name" of letters, digits, '.', '_' and '-'
        zh 它的问候没有由字母、数字、“.”、“_”和“-”组成的 "name"
        en its greeting has no "version"
        zh 它的问候没有 "version"
        en "parameters" of its greeting is no object
        zh 它的问候的 "parameters" 不是对象
        en its greeting has a parameter without a right name
        zh 它的问候有一个名称不正确的参数
        en the "type" of its parameter '{name}' is not string, integer, number or boolean
        zh 它的参数“{name}”的 "type" 不是 string、integer、number 或 boolean
        en "required" of its parameter '{name}' is no boolean
        zh 它的参数“{name}”的 "required" 不是布尔值
        en the plugin '{plugin}': the plugin '{same}' has no parameter '{name}'
        zh 插件“{plugin}”：插件“{same}”没有参数“{name}”
        en the plugin '{plugin}': the plugin '{same}' needs the parameter '{name}'
        zh 插件“{plugin}”：插件“{same}”需要参数“{name}”
        en the plugin '{plugin}' has no parameter '{name}'
        zh 插件“{plugin}”没有参数“{name}”
        en the plugin '{plugin}' needs the parameter '{name}'
        zh 插件“{plugin}”需要参数“{name}”
        en the parameter '{name}' of '{plugin}' takes {values}
        zh “{plugin}”的参数“{name}”可以是：{values}
        en a value of type {type}
        zh 类型为 {type} 的值
        """#

    /// What becomes of statements on databases.
    static let statements = #"""
        en the connection starts neither with 'postgres://' nor with 'sqlite:/'
        zh 连接既不以“postgres://”也不以“sqlite:/”开头
        en statement {number} would begin or end a transaction
        zh 语句 {number} 会开始或结束事务
        en statement {number} ended the transaction
        zh 语句 {number} 结束了事务
        en statement {number}: {reason}
        zh 语句 {number}：{reason}
        en connect: {reason}
        zh 连接：{reason}
        en commit: {reason}
        zh 提交：{reason}
        en prepare the connection: {reason}
        zh 准备连接：{reason}
        en rolled back
        zh 已回滚
        en the statement was cancelled and the transaction rolled back
        zh 语句已取消，事务已回滚
        en the statement was interrupted and the transaction rolled back
        zh 语句已中断，事务已回滚
        en {reason} (SQLSTATE {state})
        zh {reason}（SQLSTATE {state}）
        en {reason} (SQLSTATE {state}), constraint {name}
        zh {reason}（SQLSTATE {state}），约束 {name}
        en {reason} (SQLite {code})
        zh {reason}（SQLite {code}）
        en this is not one statement
        zh 这不是一条语句
        en there is no database '{path}': {reason}
        zh 没有数据库“{path}”：{reason}
        en '{name}' may not stand in the address: what it leads to can't be looked at
        zh 地址中不能有“{name}”：无法查看它指向哪里
        en the address names more than 16 hosts
        zh 地址中的主机超过 16 台
        en '{text}' is no port
        zh “{text}”不是端口
        en '{text}' is no address (hostaddr)
        zh “{text}”不是地址（hostaddr）
        en not enough memory
        zh 内存不足
        en {address} did not answer in time
        zh {address} 没有及时应答
        en COPY was not begun
        zh 没有开始 COPY
        en a statement or parameter has a NUL character
        zh 语句或参数中有 NUL 字符
        en COPY from or to the client is not for jobs
        zh 任务不能使用从客户端或到客户端的 COPY
        en use INSERT or SELECT
        zh 请使用 INSERT 或 SELECT
        en the database did not say whether it committed
        zh 数据库没有说明是否已提交
        en a failed transaction was committed
        zh 提交了失败的事务
        en the database did not answer in time
        zh 数据库没有及时应答
        en the connection is not usable any more
        zh 连接已不可用
        en the connection to the database was lost
        zh 与数据库的连接已断开
        en the server refused the statement
        zh 数据库拒绝了语句
        en a statement was run where none may be: {reason}
        zh 在不能运行语句的地方运行了语句：{reason}
        """#
}
