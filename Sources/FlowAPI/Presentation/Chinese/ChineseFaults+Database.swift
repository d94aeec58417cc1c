// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of the database.
    static let database = #"""
        en A write came to nothing.
        zh 写入没有结果。
        en There is no server {server} in the cluster any more.
        zh 集群中已没有服务器 {server}。
        en The database is closed: the server is stopping.
        zh 数据库已关闭：服务器正在停止。
        en This installation was moved into this database before, and servers may have used it since. Start the server with database.url instead.
        zh 这个安装以前已移入这个数据库，之后可能有服务器用过它。请用 database.url 启动服务器。
        en Another installation was moved into this database. Name an empty one.
        zh 这个数据库里是另一个安装移来的内容。请指定一个空数据库。
        en The database is not empty: {filled} hold something. Name one that no server was ever started with.
        zh 数据库不是空的：{filled} 中有内容。请指定一个从未启动过服务器的数据库。
        en {table} is not the same on both sides ({before} and {after} rows). The file is unchanged; go on with it, and repeat this with another, empty database.
        zh {table} 两边不一致（{before} 行和 {after} 行）。文件没有改变；可以继续使用它，然后用另一个空数据库重做。
        en This installation was moved already, and not into this database.
        zh 这个安装已经移过，但不是移到这个数据库。
        en A move of a server's state into this database has not ended, so that only a part of it is here. Repeat 'quicflow-server migrate --to' with this database; it goes on where it stopped.
        zh 服务器数据向这个数据库的迁移没有结束，这里只有一部分。请对这个数据库重新执行 'quicflow-server migrate --to'；它会从中断处继续。
        en An import into this database has not ended, so that only a part of it is here. Repeat 'quicflow-server import' with the same file and this database; it goes on where it stopped.
        zh 向这个数据库的导入没有结束，这里只有一部分。请用同一个文件和这个数据库重新执行 'quicflow-server import'；它会从中断处继续。
        en Tables refer to each other in a circle: {waiting}.
        zh 表之间循环引用：{waiting}。
        en {table}.{row} is of the type {row2}.
        zh {table}.{row} 的类型是 {row2}。
        en database.url: {failure}.
        zh database.url：{failure}。
        en The database can't be reached ({failure}). Nothing was stored.
        zh 无法连接数据库（{failure}）。没有保存任何内容。
        en The connection to the database was lost while it committed, so this may have been stored or not. Look before you repeat it.
        zh 提交时数据库连接中断，不知道是否已保存。请先查看，再重试。
        en The database did not answer in time ({operation}). Nothing was stored.
        zh 数据库没有及时应答（{operation}）。没有保存任何内容。
        en The database is busy: too many requests wait for it. Try again.
        zh 数据库忙：等待它的请求太多。请再试一次。
        en The database server is out of space, memory or connections: {failure}. Nothing was stored.
        zh 数据库服务器的空间、内存或连接用完了：{failure}。没有保存任何内容。
        en The database took this back: {failure}. Nothing was stored. Try again.
        zh 数据库撤回了这次写入：{failure}。没有保存任何内容。请再试一次。
        en The database takes no changes: {failure}. Nothing was stored.
        zh 数据库不接受修改：{failure}。没有保存任何内容。
        en The database is damaged, or its disk: {failure}. Look at its log.
        zh 数据库或它的磁盘已损坏：{failure}。请看它的日志。
        en The database refused the connection: {failure}.
        zh 数据库拒绝了连接：{failure}。
        en The database's user lacks a right: {failure}. Make it the owner of the database, or bring the schema up to date as its owner: 'quicflow-server database upgrade'.
        zh 数据库用户缺少权限：{failure}。请让它成为数据库的所有者，或以所有者身份升级表结构：'quicflow-server database upgrade'。
        en The database refused a statement of '{operation}' ({failure}). This is a defect of QuartzFlow: please report it.
        zh 数据库拒绝了“{operation}”的一条语句（{failure}）。这是 QuartzFlow 的缺陷：请报告给我们。
        en The database is of an older version, or no server was ever started with it. Start the server first.
        zh 数据库是旧版本，或从未有服务器用它启动过。请先启动服务器。
        en This is PostgreSQL {version}; QuartzFlow needs {oldest} or later.
        zh 这是 PostgreSQL {version}；QuartzFlow 需要 {oldest} 或更高版本。
        en The database is encoded in {encoding}. Make one with: CREATE DATABASE quartzflow ENCODING 'UTF8' TEMPLATE template0
        zh 数据库的编码是 {encoding}。请这样创建：CREATE DATABASE quartzflow ENCODING 'UTF8' TEMPLATE template0
        en A newer version of QuartzFlow wrote this database. Install that version, or restore an older backup.
        zh 这个数据库由更新版本的 QuartzFlow 写过。请安装那个版本，或恢复更早的备份。
        en The database has to be brought up to this version, and servers of an older one use it: {holder}. Stop all of them, then start this one.
        zh 数据库需要升级到这个版本，而旧版本的服务器还在使用它：{holder}。请全部停止后再启动这一台。
        en database.url leads to a pooler, such as PgBouncer. Give the address of the database itself: this server holds few connections, and a lock that a pooler would lose.
        zh database.url 指向连接池，例如 PgBouncer。请写数据库本身的地址：这台服务器只用很少的连接，还有一把经过连接池就会失去的锁。
        en A command has had the database for itself since this server lost its connection, and may have changed its keys. Restart this server if it is to go on.
        zh 在这台服务器失去连接之后，有命令独占过数据库，可能改了它的密钥。要让它继续工作，请重启它。
        en The database is in use by somebody who needs it alone, a command such as 'secrets rotate' or a server of an older version: {other}. Wait for it, or stop it.
        zh 数据库正被独占：可能是 'secrets rotate' 这样的命令，也可能是旧版本的服务器：{other}。请等它结束，或停止它。
        en Another server uses this database: {other}. This command needs it alone: stop all servers first.
        zh 另一台服务器在使用这个数据库：{other}。这个命令需要独占它：请先停止所有服务器。
        en The database '{path}' was deleted or moved while the server runs, so nothing is stored any more. Put the file back if it was moved; otherwise stop the server and restore a backup.
        zh 数据库“{path}”在服务器运行时被删除或移走，之后什么都没有保存。如果是移走了，请放回原处；否则请停止服务器并恢复备份。
        en Another file was put in the place of the database '{path}' while the server runs, so nothing is stored any more. Restart the server to go on with that file.
        zh 服务器运行时，数据库“{path}”被换成了另一个文件，之后什么都没有保存。要使用那个文件，请重启服务器。
        en A server of an older version runs with this database. Use the command of that version, or upgrade the server first.
        zh 旧版本的服务器正在使用这个数据库。请用那个版本的命令，或先升级服务器。
        en This database was moved to PostgreSQL, and what happened since is there. Set database.url to that database; to go back to the time before, restore a back-up.
        zh 这个数据库已移到 PostgreSQL，之后的内容都在那里。请把 database.url 设为那个数据库；要回到之前的时候，请恢复备份。
        en The database is damaged, or is none.
        zh 数据库已损坏，或不是数据库。
        en The database is damaged: {faults}.
        zh 数据库已损坏：{faults}。
        en The database has a row without the one it refers to: {row}.
        zh 数据库有一行缺少它引用的行：{row}。
        en The file is no database of a QuartzFlow server.
        zh 这个文件不是 QuartzFlow 服务器的数据库。
        en SQLite did not accept synchronous=FULL for '{path}': commits would not survive a power cut.
        zh SQLite 不接受“{path}”的 synchronous=FULL：断电时提交会丢失。
        en The database does not answer. Look at its host, its disk and the way to it.
        zh 数据库没有应答。请检查它的主机、磁盘和到它的网络。
        en The database failed; the server's log says how.
        zh 数据库出错；服务器日志中有详情。
        en The disk with the database is full. Free some space; nothing was stored.
        zh 数据库所在的磁盘已满。请腾出空间；没有保存任何内容。
        en The disk with the database failed or is full (SQLite {extendedResultCode}). Check the disk.
        zh 数据库所在的磁盘出错或已满（SQLite {extendedResultCode}）。请检查磁盘。
        en The database is locked by another program. Close it and try again.
        zh 数据库被另一个程序锁住。请关闭它，再试一次。
        en The database can't be opened for writing. Check that its directory exists and belongs to this user.
        zh 数据库无法以写方式打开。请检查它的目录是否存在，并属于这个用户。
        en The database file is damaged or not a database. Restore a backup.
        zh 数据库文件已损坏，或不是数据库。请恢复备份。
        en There was not enough memory for the database.
        zh 内存不够数据库使用。
        en The database was closed while it worked on this.
        zh 数据库在处理时被关闭。
        en The database refused a statement (SQLite {extendedResultCode}, {failure}){statement}. This is a defect of QuartzFlow: please report it.
        zh 数据库拒绝了一条语句（SQLite {extendedResultCode}，{failure}）{statement}。这是 QuartzFlow 的缺陷：请报告给我们。
        en The lock file '{path}' can't be opened ({reason}). Check that its directory exists and belongs to this user.
        zh 锁文件“{path}”打不开（{reason}）。请检查它的目录是否存在，并属于这个用户。
        en The database '{database}' is in use by {owner}. Stop that server first, or give this one a data directory of its own.
        zh 数据库“{database}”正由{owner}使用。请先停止那台服务器，或给这一台另一个数据目录。
        en another server
        zh 另一台服务器
        en this process already
        zh 本进程
        en another server (process {process})
        zh 另一台服务器（进程 {process}）
        en The archive's object {name} was given up while it was written.
        zh 归档对象 {name} 在写入时被放弃。
        en filled by a rule
        zh 按规则填充
        en Group '{name}' is one of the workflow '{name2}'. Take it out of the workflow first.
        zh 分组“{name}”属于工作流“{name2}”。请先从工作流中去掉它。
        en change settings
        zh 修改设置
        en give a role
        zh 授予角色
        en A transaction was committed without its result.
        zh 事务已提交，但没有结果。
        en Execution {id} changed while it was updated.
        zh 执行 {id} 在更新时发生了变化。
        en The server failed. Look into its log.
        zh 服务器出错了。请看它的日志。
        en approved
        zh 批准
        en rejected
        zh 拒绝
        en nobody in time, which
        zh 没有人及时
        en nobody in time
        zh 没有人及时
        en changed
        zh 修改
        """#
}
