// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Accounts as the API shows them; never anything of a password.
enum UserPresenter {
    static func members(_ user: User) -> [JSON.Member] {
        [
            .init("id", user.id),
            .init("username", user.username),
            .init("role", user.role?.rawValue),
            .init("grants", user.grants.map(GrantPresenter.grant)),
            .init("state", user.state.rawValue),
            .init("must_change_password", user.mustChangePassword),
            .init("totp", user.hasSecondFactor),
            .init("provider", user.provider),
            .init("last_sign_in", user.lastSignIn),
            .init("created_at", user.createdAt),
        ]
    }

    static func sessions(_ views: [SessionView]) -> APIAnswer {
        .data([.init("total", views.count), .init("items", views.map(Self.session))])
    }

    private static func session(_ view: SessionView) -> JSON {
        .object([
            .init("id", view.session.id),
            .init("created_at", view.session.createdAt),
            .init("last_used_at", view.session.lastUsedAt),
            .init("expires_at", view.session.expiresAt),
            .init("address", view.session.address),
            .init("user_agent", view.session.userAgent),
            .init("current", view.isCurrent),
        ])
    }
}
