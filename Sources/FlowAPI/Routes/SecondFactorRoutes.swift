// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/auth/totp`: one-time codes beside the password (RFC 6238).
struct SecondFactorRoutes: Sendable {
    let authentication: AuthenticationService

    func state(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let session = try call.authenticated
        let factor = try await self.authentication.secondFactor(session)
        return .data([
            .init("enabled", factor?.isConfirmed == true),
            .init("required", session.mustSetUpSecondFactor),
            .init("recovery_codes_left", factor?.isConfirmed == true ? factor?.recoveryCodes ?? 0 : 0),
        ])
    }

    func begin(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let password = reader.requiredString("password")
        try reader.finish()
        let setup = try await self.authentication.beginSecondFactor(password: password, in: call.authenticated)
        return .data([.init("secret", setup.secret), .init("uri", setup.uri)])
    }

    func confirm(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let code = reader.requiredString("code")
        try reader.finish()
        return Self.codes(try await self.authentication.confirmSecondFactor(code: code, in: call.authenticated))
    }

    func renewCodes(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let password = reader.requiredString("password")
        try reader.finish()
        return Self.codes(
            try await self.authentication.renewRecoveryCodes(password: password, in: call.authenticated)
        )
    }

    func end(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let password = reader.requiredString("password")
        let code = reader.requiredString("code")
        try reader.finish()
        try await self.authentication.endSecondFactor(password: password, code: code, in: call.authenticated)
        return .done
    }

    /// Of somebody else, whose phone is lost.
    func reset(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.resetSecondFactor(of: call.number("id"), as: call.authenticated)
        return .done
    }

    private static func codes(_ codes: [String]) -> APIAnswer { .data([.init("recovery_codes", codes)]) }
}
