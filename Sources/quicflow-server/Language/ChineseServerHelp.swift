// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of what `--help` says, as a `Catalogue` reads it.
///
/// The English stands where options and commands are declared; a test walks through all commands and names what has no pair.
enum ChineseServerHelp {
    static let all = [
        #"""
        en ARGUMENTS
        zh 参数
        en OPTIONS
        zh 选项
        en SUBCOMMANDS
        zh 子命令
        en Plans jobs, keeps their history, and serves people and agents.
        zh 计划任务，保存历史，为用户和代理提供服务。
        en Show the version.
        zh 显示版本。
        en Show help information.
        zh 显示帮助。
        en Run a server with a local agent and sample jobs, on embedded SQLite or a PostgreSQL.
        zh 运行服务器、一个本地代理和示例任务，使用内嵌的 SQLite 或 PostgreSQL。
        en Where everything is kept.
        zh 一切保存在哪里。
        en The server's PostgreSQL, if it uses one, postgres://…; QUARTZFLOW_DATABASE_URL says the same.
        zh 服务器使用的 PostgreSQL（如果有），postgres://…；也可以写在 QUARTZFLOW_DATABASE_URL 中。
        en Where people connect, host:port.
        zh 用户访问的地址，host:port。
        en Where agents connect, host:port (UDP).
        zh 代理连接的地址，host:port（UDP）。
        en Write the generated password of 'admin' to this file (0600) on the first start.
        zh 第一次启动时把生成的“admin”密码写到这个文件（0600）。
        en Do not create sample jobs on the first start.
        zh 第一次启动时不创建示例任务。
        en How much to log: trace, debug, info, notice, warning, error.
        zh 日志级别：trace、debug、info、notice、warning、error。
        en How log lines look: text, or json for collectors.
        zh 日志的格式：text，或供采集器使用的 json。
        en Run the server.
        zh 运行服务器。
        en Keys of the file are in docs/operations.md; QUARTZFLOW_* environment variables win over it.
        zh 文件中的设置项见 docs/operations.md；QUARTZFLOW_* 环境变量优先。
        en The configuration file (YAML).
        zh 配置文件（YAML）。
        en What this server does, separated by commas: api, planner, gateway; all of it where nothing is said.
        zh 这台服务器做什么，用逗号分隔：api、planner、gateway；不写就是全部。
        en Let new agents join.
        zh 让新的代理加入。
        en Print a single-use join token.
        zh 显示一个一次性的加入令牌。
        en Run it on the server's host, whether the server runs or not.
        zh 在服务器的主机上运行，服务器是否在运行都可以。
        en Group the agent will belong to, besides 'all'; may be repeated.
        zh 除“all”之外，代理所属的分组；可重复。
        en How long the token is good: 30m, 1h, 2d.
        zh 令牌的有效时间：30m、1h、2d。
        en The server's data directory.
        zh 服务器的数据目录。
        en List, create, enable and disable users, and reset their passwords.
        zh 列出、创建、启用和停用用户，并重设他们的密码。
        en Run it on the server's host, whether the server runs or not. The audit names you as actor 'host'.
        zh 在服务器的主机上运行，服务器是否在运行都可以。审计中的操作者是“host”。
        en List all users.
        zh 列出全部用户。
        en Create a user and print a password, which has to be changed at the first sign-in.
        zh 创建用户并显示密码，首次登录时必须修改。
        en The user's name.
        zh 用户名。
        en viewer, developer, operator or admin.
        zh viewer、developer、operator 或 admin。
        en Group on which the role holds; may be repeated. Without any, it holds everywhere.
        zh 角色在哪个分组有效；可重复。不写则处处有效。
        en Let a user sign in again.
        zh 让用户可以重新登录。
        en Lock a user out and end all their sessions.
        zh 停用用户，并结束他的全部会话。
        en Print a new password, which has to be changed at the next sign-in, and end all sessions.
        zh 显示新密码，下次登录时必须修改，并结束全部会话。
        en Take a user's one-time codes away, for a lost phone, and end all their sessions.
        zh 取消用户的动态口令，例如手机丢失时，并结束他的全部会话。
        en Give a user a role.
        zh 给用户一个角色。
        en Check the record of who did what.
        zh 检查谁做过什么的记录。
        en Look whether a row of the audit was changed or taken out.
        zh 检查审计中是否有行被改动或取走。
        en Run it on the server's host, whether the server runs or not. Exit codes: 0 whole, 1 broken, 2 could not look. A cut-off end shows only against ends written down elsewhere: keep copies of 'audit-heads'.
        zh 在服务器的主机上运行，服务器是否在运行都可以。退出码：0 完整，1 已损坏，2 无法检查。末尾被截掉时，只有对照别处记下的末尾才能发现：请保存“audit-heads”的副本。
        en A copy of 'audit-heads', or a log with its lines.
        zh “audit-heads”的副本，或含有它的行的日志。
        en Copy everything a server needs to come back into one file, while it runs.
        zh 把恢复服务器所需的一切复制到一个文件，可以在运行时进行。
        en Inside are the database, the authority that hosts trust, and where the audit ended. Not inside, unless asked for, is secrets.key, which opens secrets: keep a copy of it somewhere else. The file is a tar archive for its owner only.
        zh 其中有数据库、主机信任的证书机构，以及审计的末尾。除非写明，不包含打开密钥的 secrets.key：请在别处保存它的副本。文件是只有所有者能读的 tar 归档。
        en The file to make.
        zh 要生成的文件。
        en Replace the file when it is there.
        zh 文件已存在时替换它。
        en Put secrets.key in: whoever has the file can then read all secrets.
        zh 放入 secrets.key：之后拿到文件的人可以读取全部密钥。
        en Look whether a back-up is whole and could be restored by this version.
        zh 检查备份是否完整，能否由这个版本恢复。
        en Exit codes: 0 whole, 1 damaged (and what), 2 could not look.
        zh 退出码：0 完整，1 已损坏（并说明哪里），2 无法检查。
        en The back-up.
        zh 备份文件。
        en Write everything the database holds as JSON lines, for another database or another program.
        zh 把数据库的全部内容写成 JSON 行，供另一个数据库或其他程序使用。
        en From SQLite while the server runs, as of one moment; from a PostgreSQL with all servers stopped. Keys and the authority that hosts trust are files of the data directory and not inside; sealed secrets and hashes of passwords are. The file is for its owner only.
        zh SQLite 可在服务器运行时导出，内容为同一时刻；PostgreSQL 则须先停止全部服务器。密钥文件和主机信任的证书机构是数据目录中的文件，不在其中；封存的密钥和密码的散列在其中。文件只有所有者能读。
        en Make a database of the JSON lines that 'export' wrote: a SQLite file, or an empty PostgreSQL.
        zh 由“export”写出的 JSON 行生成数据库：SQLite 文件，或空的 PostgreSQL。
        en Stop the server that the lines are from first: two with the same hosts would run every job twice. Sessions of people and join tokens end, as with 'restore'. Nothing is kept of a file that is damaged.
        zh 请先停止这些行所属的服务器：两个服务器使用相同的主机会把每个任务运行两次。与“restore”一样，用户的会话和加入令牌会失效。文件损坏时不保留任何内容。
        en The file that 'export' wrote.
        zh “export”写出的文件。
        en A copy of secrets.key, to look at the audit too.
        zh secrets.key 的副本，用来同时检查审计。
        en A directory with room to unpack it meanwhile.
        zh 用来临时解包的目录，要有足够的空间。
        en Make a server's data directory from a back-up.
        zh 从备份生成服务器的数据目录。
        en Stop the server first. Sessions of people and join tokens end; agents come back on their own and say what they did meanwhile. What was disabled, deleted or revoked since the back-up is as it was then: look at users and tokens.
        zh 请先停止服务器。用户的会话和加入令牌会失效；代理会自行回来，并上报期间做过的事。备份之后停用、删除或撤销的内容会回到当时的状态：请检查用户和令牌。
        en Move an installation that is there aside.
        zh 把原有的安装移到一边。
        en The data directory to make.
        zh 要生成的数据目录。
        en Change the key that secrets are sealed with.
        zh 更换封存密钥所用的主密钥。
        en Make another master key and seal everything with it.
        zh 生成另一个主密钥，并用它重新封存一切。
        en Stop the server first. A run that was cut off is repeated. Keep a copy of the new secrets.key; copies of the old one are needed for back-ups of before, and for rows of the audit until they go. With QUARTZFLOW_SECRET_KEY: set it to the new key and QUARTZFLOW_SECRET_KEY_PREVIOUS to the old one, then run this.
        zh 请先停止服务器。中断的执行会重新进行。请保存新的 secrets.key 的副本；旧的副本在读取以前的备份和审计记录时还需要，直到它们过期。使用 QUARTZFLOW_SECRET_KEY 时：把它设为新密钥，把 QUARTZFLOW_SECRET_KEY_PREVIOUS 设为旧密钥，再运行本命令。
        en Say what an upgrade would change in the database, or move it from SQLite to PostgreSQL.
        zh 说明升级会改动数据库的什么，或把它从 SQLite 移到 PostgreSQL。
        en --check changes nothing and may be run beside servers. Exit codes: 0 nothing to change, 1 a start of this version changes the schema, 2 could not look.
        zh --check 不做改动，可以在服务器运行时使用。退出码：0 不需要改动，1 启动这个版本会改动结构，2 无法检查。
        en --to needs the server stopped and an empty database. Hosts go on by themselves meanwhile and connect again to a server that was started with database.url. The file is not changed until every row has arrived and was compared; then no server starts with it any more. A move that was cut off is repeated and goes on where it stopped.
        zh --to 需要停止服务器和一个空的数据库。期间主机自行运行，之后连接以 database.url 启动的服务器。每一行都到达并比对之前，原文件不会改动；之后不再有服务器用它启动。中断的移动可以重新执行，会从停下的地方继续。
        en Only say which steps a start of this version would take.
        zh 只说明启动这个版本会执行哪些步骤。
        en The empty PostgreSQL database to move everything to, postgres://….
        zh 要移到的空 PostgreSQL 数据库，postgres://…。
        en Show the authority that hosts trust, and replace it.
        zh 显示主机信任的证书机构，并更换它。
        en By itself the server makes the authority that follows at two thirds of the old one's life, shows its certificates when all hosts of the last 30 days trust it, and forgets the old one at its end. These commands do it earlier; the server takes them within a minute.
        zh 服务器在旧机构的有效期过去三分之二时自动生成后继的机构，最近 30 天内的主机都信任它之后出示它的证书，旧机构到期时忘记它。这些命令提前执行这些步骤；服务器会在一分钟内执行。
        en Print the authorities, and which hosts lack the newest.
        zh 显示证书机构，以及哪些主机缺少最新的。
        en Make the authority that follows; hosts then trust both.
        zh 生成后继的机构；之后主机信任两者。
        en Show certificates of the new authority to hosts that do not say whom they trust, and name it in join tokens.
        zh 向没有说明信任谁的主机出示新机构的证书，并把它写进加入令牌。
        en Also while hosts do not trust it.
        zh 即使有主机不信任它。
        en Trust the new authority alone; hosts that do not trust it have to be enrolled again.
        zh 只信任新机构；不信任它的主机要重新加入。
        en Show subcommand help information.
        zh 显示子命令的帮助。
        en Rights in a PostgreSQL, and its schema, for servers that do not own it.
        zh PostgreSQL 中的权限和结构，供不拥有它的服务器使用。
        en Print what gives a role the rights that a server needs, and no more.
        zh 输出给一个角色授权的语句：服务器需要的权限，不多给。
        en Connects to nothing. Have the owner of the tables run it with psql, after the first 'database upgrade' or start: quicflow-server database grants quartzflow_app | psql postgres://quartzflow_owner@db/quartzflow
        zh 不连接数据库。在第一次 'database upgrade' 或启动之后，由表的所有者用 psql 执行：quicflow-server database grants quartzflow_app | psql postgres://quartzflow_owner@db/quartzflow
        en The role that servers connect as; made before, with CREATE ROLE.
        zh 服务器连接时使用的角色；事先用 CREATE ROLE 创建。
        en Bring the schema to this version, as the owner of the tables.
        zh 以表的所有者的身份，把结构升级到这个版本。
        en What a start of this version does for a server that owns them. Beside servers of an older version as far as 'migrate --check' says that it goes; else all have to be stopped.
        zh 与拥有这些表的服务器启动这个版本时所做的相同。旧版本的服务器能否同时运行，以 'migrate --check' 所说为准；否则要先停止所有服务器。
        """#
    ]
}
