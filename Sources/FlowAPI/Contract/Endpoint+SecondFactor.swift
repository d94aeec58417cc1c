// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var secondFactorContract: Contract? {
        switch self {
        case .signInCode:
            Contract(.session, "Signs in with the code that was wanted")
                .about(
                    "'ticket' comes with the refusal 'totp_required' of '/auth/login'; 'code' is one of the phone or a recovery code."
                )
                .body(
                    .body(required: ["ticket": .string, "code": .string]),
                    examples: ["code": ["ticket": JSON.string("…"), "code": .string("287082")].json]
                )
                .answers(.answer(["token": .string, "expires_at": .timestamp, "user": .reference("User")]))
                .refuses(.unauthorized, .tooManyRequests)
        case .getTOTP:
            Contract(.session, "Says whether signing in takes a code beside the password")
                .answers(.answer(["enabled": .boolean, "required": .boolean, "recovery_codes_left": .integer]))
        case .beginTOTP:
            Contract(.session, "Makes a secret for an application of one-time codes")
                .about("It counts from its first code on ('/auth/totp/confirm'); 'uri' is what a QR code holds.")
                .body(
                    .body(required: ["password": .string]),
                    examples: ["password": ["password": JSON.string("secret")].json]
                )
                .answers(.answer(["secret": .string, "uri": .string]))
                .refuses(.conflict, .tooManyRequests)
        case .confirmTOTP:
            Contract(.session, "Lets the new secret count, by its first code")
                .body(.body(required: ["code": .string]), examples: ["code": ["code": JSON.string("287082")].json])
                .answers(Self.recoveryCodes)
                .refuses(.conflict, .tooManyRequests)
        case .renewRecoveryCodes:
            Contract(.session, "Makes other recovery codes; those of before are worth nothing")
                .body(
                    .body(required: ["password": .string]),
                    examples: ["password": ["password": JSON.string("secret")].json]
                )
                .answers(Self.recoveryCodes)
                .refuses(.conflict, .tooManyRequests)
        case .endTOTP:
            Contract(.session, "Turns one-time codes off")
                .body(
                    .body(required: ["password": .string, "code": .string]),
                    examples: ["code": ["password": JSON.string("secret"), "code": .string("287082")].json]
                )
                .answers(Schema.any.orNull)
                .refuses(.tooManyRequests)
        case .resetTOTP:
            Contract(.administration, "Takes a user's one-time codes away and ends the user's sessions").answers(
                Schema.any.orNull
            )
        default: nil
        }
    }

    private static let recoveryCodes = Schema.answer([
        "recovery_codes": .array(.string).about("Told this once; each takes the place of a code, once.")
    ])
}
