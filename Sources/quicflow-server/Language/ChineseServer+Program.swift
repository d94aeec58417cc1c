// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseServer {
    /// Of starting the server and of the commands on its host.
    static let program = #"""
        en   Sign in as            admin
        zh   登录用户名            admin
        en   with the password     in {file}
        zh   密码                  在 {file} 中
        en   with the password     {password}
        zh   密码                  {password}
        en   (made for this first start and shown only now)
        zh   （为第一次启动生成，只显示这一次）
        en   Sign in as            admin, with the password of the first start
        zh   登录用户名            admin，密码是第一次启动时的密码
        en   QuartzFlow is ready:  {url}
        zh   QuartzFlow 已就绪：   {url}
        en   Stop with Ctrl-C.
        zh   按 Ctrl-C 停止。
        en First start: sign in as 'admin' with the password {password} (shown only now).
        zh 第一次启动：请以“admin”登录，密码是 {password}（只显示这一次）。
        en Listening for people on {url} and for agents on UDP port {port}.
        zh 用户访问 {url}，代理连接 UDP 端口 {port}。
        en Listening for people on {url}.
        zh 用户访问 {url}。
        en People's connections are not encrypted: set http.tls.certificate and http.tls.key, or put a proxy with HTTPS before this server.
        zh 用户的连接没有加密：请设置 http.tls.certificate 和 http.tls.key，或在服务器前面放一个支持 HTTPS 的代理。
        en error: {text}
        zh 错误：{text}
        en chain {chain}: {rows} rows, whole
        zh 链 {chain}：{rows} 行，完整
        en chain {chain}: BROKEN: {what}
        zh 链 {chain}：已损坏：{what}
        en chain {chain}: cannot be looked at: the key {kid} is not here
        zh 链 {chain}：无法检查：这里没有密钥 {kid}
        en row {row} has lost its seal
        zh 第 {row} 行的封印丢失
        en {first} to {last}
        zh {first} 到 {last}
        en number {missing} is missing before row {row} of {time}
        zh {time} 的第 {row} 行之前缺少第 {missing} 号
        en number {number} (row {row} of {time}, {action}) was changed, or a row before it was
        zh 第 {number} 号（{time} 的第 {row} 行，{action}）被改动过，或它前面的某一行被改动过
        en number {number} is not what was written down of it: the chain was made anew
        zh 第 {number} 号与记下的不同：链是重新生成的
        en the end is missing: number {lost} was written down, {last} is the last one here
        zh 末尾缺失：记下的是第 {lost} 号，这里最后的是第 {last} 号
        en the end is missing: {sealed} rows were sealed, {here} are here
        zh 末尾缺失：封印了 {sealed} 行，这里有 {here} 行
        en the whole chain is missing, of which an end was written down
        zh 整条链缺失，而它的末尾曾被记下
        en nothing is sealed yet
        zh 还没有封印任何内容
        en rows without a seal yet: {count}
        zh 还没有封印的行：{count}
        en The server does it within a minute; 'quicflow-server authority status' shows it.
        zh 服务器会在一分钟内执行；用 'quicflow-server authority status' 查看。
        en {name}  until {time}  {role}  SHA-256 {print}
        zh {name}  有效至 {time}  {role}  SHA-256 {print}
        en serves hosts
        zh 向主机出示
        en trusted
        zh 受信任
        en   the one that follows is made at {time}
        zh   后继的机构在 {time} 生成
        en Hosts of the last 30 days that do not trust the newest
        zh 最近 30 天内不信任最新机构的主机
        en Hosts of the last 30 days with no certificate of it
        zh 最近 30 天内没有它的证书的主机
        en Waits for the server: {order}
        zh 等待服务器执行：{order}
        en Make a back-up then: one from before does not know hosts with certificates of the new authority.
        zh 之后请备份：以前的备份不认识持有新机构证书的主机。
        en {file}: {bytes} bytes, as of {time}
        zh {file}：{bytes} 字节，截至 {time}
        en Not inside: secrets.key. Keep a copy of it elsewhere; secrets and audit need it.
        zh 不包含 secrets.key。请在别处保存它的副本；密钥和审计需要它。
        en {file}: of {time}, by version {version}
        zh {file}：{time}，由版本 {version} 生成
        en   jobs: {jobs}, hosts: {hosts}, users: {users}
        zh   任务：{jobs}，主机：{hosts}，用户：{users}
        en   audit: not looked at, as the key is not here (--key-file)
        zh   审计：没有检查，因为这里没有密钥（--key-file）
        en   audit: {finding}
        zh   审计：{finding}
        en whole
        zh 完整
        en {directory} is as it was at {time}.
        zh {directory} 已恢复到 {time} 的状态。
        en What was there before is in {former}.
        zh 原来的内容在 {former}。
        en There is no secrets.key: put its copy there, or secrets stay closed and the audit can't be checked.
        zh 没有 secrets.key：请把它的副本放到那里，否则密钥无法打开，审计也无法检查。
        en {program} is missing; build it with: swift build --product quicflow
        zh 缺少 {program}；请用 swift build --product quicflow 构建
        en --http is '{text}'; write host:port.
        zh --http 是“{text}”；请写 host:port。
        en --agents is '{text}'; write host:port.
        zh --agents 是“{text}”；请写 host:port。
        en Write either --check, or --to with the database to move everything to.
        zh 请写 --check，或用 --to 写明要移到的数据库，只能写一个。
        en --database is for --check: what is moved is the SQLite file in --data-dir.
        zh --database 用于 --check：移动的是 --data-dir 中的 SQLite 文件。
        en The database is of this version: nothing to change.
        zh 数据库就是这个版本的：不需要改动。
        en A start of this version changes the database:
        zh 启动这个版本会改动数据库：
        en A start of this version changes the database, and older versions can't use it afterwards:
        zh 启动这个版本会改动数据库，之后旧版本不能使用它：
        en Servers of the version before go on beside it: replace them one after another.
        zh 上一版本的服务器可以同时运行：请逐台替换。
        en Back it up first, and stop all servers of the older version.
        zh 请先备份，并停止旧版本的全部服务器。
        en copied    {table}: {rows}
        zh 已复制    {table}：{rows}
        en the same  {table}: {rows}
        zh 一致      {table}：{rows}
        en {table} has changed since the first try; beginning anew
        zh {table} 在上次尝试之后有改动；重新开始
        en {rows} rows in {tables} tables have arrived and were compared.
        zh {tables} 个表的 {rows} 行已到达，并已比对。
        en Start the server with database.url set to this database, and the same data directory: keys and authority\nare there. The database file in it is no longer used; keep it as long as a back-up is kept.
        zh 请把 database.url 设为这个数据库，用原来的数据目录启动服务器：密钥和证书机构在那里。\n其中的数据库文件不再使用；请像备份一样保留它。
        en New key {kid}; {count} values were sealed with it.
        zh 新密钥 {kid}；已用它封存 {count} 个值。
        en Key {kid}; {count} values were sealed with it.
        zh 密钥 {kid}；已用它封存 {count} 个值。
        en No longer needed and gone: {names}.
        zh 不再需要，已删除：{names}。
        en Kept for rows of the audit: {names}.
        zh 为审计的记录保留：{names}。
        en --ttl is '{text}'; write 1m to 7d, such as 30m, 1h or 2d.
        zh --ttl 是“{text}”；请写 1m 到 7d，如 30m、1h 或 2d。
        en --role is '{text}'; write one of {known}.
        zh --role 是“{text}”；请写 {known} 之一。
        en --log-level is '{text}'; write one of {known}.
        zh --log-level 是“{text}”；请写 {known} 之一。
        en {variable} is set: the state is in a PostgreSQL. {instead}
        zh 已设置 {variable}：数据在 PostgreSQL 中。{instead}
        en Back it up with pg_dump, and copy the data directory beside it.
        zh 请用 pg_dump 备份，并复制数据目录。
        en Bring it back with pg_restore, and the data directory from its copy.
        zh 请用 pg_restore 恢复，并从副本恢复数据目录。
        en last sign-in {time}
        zh 上次登录 {time}
        en never signed in
        zh 从未登录
        en no role
        zh 没有角色
        en active
        zh 有效
        en disabled
        zh 已停用
        en deleted
        zh 已删除
        """#
}
