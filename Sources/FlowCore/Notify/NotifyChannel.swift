// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A way to tell somebody: where to, in which form, with which secret.
package struct NotifyChannel: Hashable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case email, webhook, dingtalk, wecom, feishu, slack, teams, telegram, pagerduty
        /// A program on the server's host, of those that its operator allows.
        case command

        /// Spoken to by HTTP at an address of its own, which has to be given.
        package var needsAddress: Bool {
            switch self {
            case .email, .telegram, .pagerduty, .command: false
            case .webhook, .dingtalk, .wecom, .feishu, .slack, .teams: true
            }
        }
    }

    package let id: Int64
    package var draft: NotifyChannelDraft
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package var name: String { self.draft.name }
    package var kind: Kind { self.draft.kind }
    package var settings: ChannelSettings { self.draft.settings }
    package var secrets: ChannelSecrets { self.draft.secrets }
    /// Whether its secrets are sealed still: as they are stored, or without the key that opens them.
    package var isClosed: Bool { self.secrets.sealed != nil }

    package init(id: Int64, draft: NotifyChannelDraft, createdAt: Timestamp, updatedAt: Timestamp) {
        self.id = id
        self.draft = draft
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What somebody wants a channel to be.
package struct NotifyChannelDraft: Hashable, Sendable {
    /// 1 to 64 characters, unique.
    package var name: String
    package var kind: NotifyChannel.Kind
    package var isEnabled: Bool
    package var settings: ChannelSettings
    package var secrets: ChannelSecrets

    package init(
        name: String,
        kind: NotifyChannel.Kind,
        isEnabled: Bool = true,
        settings: ChannelSettings = ChannelSettings(),
        secrets: ChannelSecrets = ChannelSecrets()
    ) {
        self.name = name
        self.kind = kind
        self.isEnabled = isEnabled
        self.settings = settings
        self.secrets = secrets
    }
}

/// What is no secret; which of it counts depends on the kind.
package struct ChannelSettings: Hashable, Sendable, Codable {
    package enum Security: String, Codable, Sendable, CaseIterable {
        /// TLS from the first byte (port 465).
        case tls
        /// Plain, then TLS before anything is said (port 587).
        case starttls
        /// For a relay on the same host.
        case none
    }

    /// How a webhook can be called.
    package static let methods = ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS"]
    /// Those of them that send nothing but the address and headers.
    package static let methodsWithoutBody: Set<String> = ["GET", "HEAD", "OPTIONS"]

    /// POST unless given; webhooks.
    package var method: String?
    /// SMTP server.
    package var host: String?
    package var port: Int?
    package var security: Security?
    package var username: String?
    /// The sender's address.
    package var from: String?
    package var recipients: [String]?
    /// The conversation of a bot: a number, or `@name` of a public one.
    package var chat: String?
    /// Path of a program on the server's host.
    package var command: String?
    /// Messages in a minute; nil = what the receiver is known to take.
    package var limitPerMinute: Int?

    package init(
        method: String? = nil,
        host: String? = nil,
        port: Int? = nil,
        security: Security? = nil,
        username: String? = nil,
        from: String? = nil,
        recipients: [String]? = nil,
        chat: String? = nil,
        command: String? = nil,
        limitPerMinute: Int? = nil
    ) {
        self.method = method
        self.host = host
        self.port = port
        self.security = security
        self.username = username
        self.from = from
        self.recipients = recipients
        self.chat = chat
        self.command = command
        self.limitPerMinute = limitPerMinute
    }
}

/// What is never shown again: addresses of robots carry their password, too.
///
/// In the store they are sealed, all together; only versions before that left them in clear.
package struct ChannelSecrets: Hashable, Sendable, Codable {
    /// Sealed by ``ChannelSeal``.
    package struct Sealed: Hashable, Sendable, Codable {
        /// What they are bound to.
        package let id: String
        package var text: String

        package init(id: String, text: String) {
            self.id = id
            self.text = text
        }
    }

    /// All of them; the others are nil then.
    package var sealed: Sealed?
    package var url: String?
    package var headers: [String: String]?
    /// Signs what is sent; of a bot its token, of an integration its key.
    package var secret: String?
    /// SMTP.
    package var password: String?

    package init(
        url: String? = nil,
        headers: [String: String]? = nil,
        secret: String? = nil,
        password: String? = nil,
        sealed: Sealed? = nil
    ) {
        self.sealed = sealed
        self.url = url
        self.headers = headers
        self.secret = secret
        self.password = password
    }
}
