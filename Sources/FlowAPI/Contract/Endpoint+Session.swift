// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var sessionContract: Contract? {
        switch self {
        case .signIn:
            Contract(.session, "Signs in")
                .body(
                    .body(required: ["username": .string, "password": .string]),
                    examples: ["administrator": ["username": JSON.string("admin"), "password": .string("secret")].json]
                )
                .about(
                    "The token goes into 'Authorization: Bearer …'. Browsers get it as a cookie, too. 401 'totp_required' comes with a "
                        + "'ticket' for '/auth/login/totp'."
                )
                .answers(.answer(["token": .string, "expires_at": .timestamp, "user": .reference("User")]))
                .refuses(.unauthorized, .tooManyRequests)
        case .startOIDC:
            Contract(.session, "Sends a browser to an OpenID provider")
                .about(
                    "The answer leads there (302); what has to be remembered is sealed in a cookie, for ten minutes."
                )
                .query("return_to", .string(upTo: 1024).about("A path of the console to go on to."))
                .query(
                    "fresh",
                    Schema.boolean.about(
                        "The person has to sign in anew there, whatever session they have; then `/auth/break-glass` takes that for a password."
                    )
                )
                .query(
                    "challenge",
                    Schema.string(upTo: 43, from: 43).about(
                        "Of a program that is to get the session instead of this browser: the SHA-256 of its verifier, base64url. The page at the end then shows what the person carries to it."
                    ).example("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
                )
                .answers(.other(["text/html"])).mayAnswer(.found)
                .refuses(.unauthorized, .forbidden)
        case .returnFromOIDC:
            Contract(.session, "Takes a browser back from an OpenID provider and signs it in")
                .about(
                    "Sets the console's cookie and answers a page that goes on by itself. Browsers get refusals as pages, too."
                )
                .query("code", .string).query("state", .string).query("iss", .string).query("error", .string)
                .answers(.other(["text/html"])).refuses(.unauthorized, .forbidden)
        case .redeemOIDC:
            Contract(.session, "Gives a program the session that a person began for it at an OpenID provider")
                .about(
                    "`code` is what the page at the end of `/auth/oidc/{provider}/start?challenge=…` showed, good for five minutes; `verifier` is whose hash the challenge was. `proof` takes the place of a password at `/auth/break-glass`, where a new sign-in was asked for."
                )
                .body(
                    .body(required: ["code": .string, "verifier": .string]),
                    examples: [
                        "code": [
                            "code": JSON.string("qfs1.…"),
                            "verifier": .string("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
                        ].json
                    ]
                )
                .answers(
                    .answer([
                        "token": .string, "expires_at": .timestamp, "username": .string, "proof": .string.orNull,
                    ])
                )
                .refuses(.unauthorized)
        case .signOut:
            Contract(.session, "Signs out: the token is worth nothing from now on")
                .about(
                    "Where a proxy signs people in, the answer's `url` says where to sign out of it, if that is known."
                )
                .answers(Schema.answer(["url": .string.orNull]).orNull)
        case .whoAmI:
            Contract(.session, "Says who you are and what you may do")
                .answers(
                    .answer([
                        "id": .integer, "username": .string, "role": Schema.role.orNull,
                        "permissions": .array(.choice(of: Permission.self)), "grants": .array(.reference("Grant")),
                        "scopes": .dictionary(.reference("Scope")).about("Where each permission holds."),
                    ]).with(optional: [
                        "must_change_password": .boolean, "must_set_up_totp": .boolean, "token_id": .integer.orNull,
                        "provider": Schema.string.orNull.about("The OpenID provider where this session was signed in."),
                        "break_glass": Schema.answer(["until": .timestamp, "reason": .string]).orNull.about(
                            "All rights that this session has for a while."
                        ),
                    ])
                )
        default: nil
        }
    }
}
