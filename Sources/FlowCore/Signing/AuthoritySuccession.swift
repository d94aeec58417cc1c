// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why a host does not take an authority that it was told of; bounded, for programs.
package enum AuthorityRefusal: String, Hashable, Sendable, Codable, CaseIterable {
    /// None that the host trusts has vouched for it.
    case unvouched
    /// There is a word for it, and it is not of an authority that the host trusts.
    case forged
}

/// Which authorities a host takes when a server names some: those that it trusts, and whom these vouch for.
///
/// Whoever has no more than a server's certificate can hold a session, and so say anything; for a word of an authority it takes
/// that one's private key.
package struct AuthoritySuccession: Sendable {
    package struct Authority: Hashable, Sendable {
        /// SHA-256 of the certificate.
        package let fingerprint: [UInt8]
        /// P-256 as X9.63 writes it; empty for a key of another kind, which can vouch for nobody.
        package let publicKey: [UInt8]

        package init(fingerprint: [UInt8], publicKey: [UInt8]) {
            self.fingerprint = fingerprint
            self.publicKey = publicKey
        }
    }

    package enum Outcome: Hashable, Sendable {
        /// These are to be trusted; the newest last.
        case taken([Authority])
        /// Nothing changes.
        case refused(AuthorityRefusal)
    }

    private let trusted: [Authority]
    /// More than a server ever has.
    private static let most = 8

    /// - Parameter trusted: those that the host trusts now.
    package init(trusted: [Authority]) { self.trusted = trusted }

    /// What to make of these authorities.
    ///
    /// The word of one that was vouched for counts as well, so that several steps may come at once. Older ones that nobody vouches for
    /// are left out: who trusts the newest needs no other.
    ///
    /// - Parameter told: the newest last.
    package func outcome(of told: [Authority], _ vouchers: [AuthorityVoucher]) -> Outcome {
        let vouchers = vouchers.prefix(Self.most)
        var believed = self.trusted
        var isComplete = false
        while !isComplete {
            let following = told.filter { authority in
                !believed.contains(authority)
                    && vouchers.contains { voucher in
                        voucher.authority == authority.fingerprint
                            && believed.contains { voucher.isSigned(by: $0.publicKey) }
                    }
            }
            believed += following
            isComplete = following.isEmpty
        }
        guard let newest = told.last else { return .refused(.unvouched) }
        guard believed.contains(newest) else {
            return .refused(vouchers.contains { $0.authority == newest.fingerprint } ? .forged : .unvouched)
        }
        return .taken(told.filter(believed.contains))
    }
}

extension SignatureRule? {
    /// Whether a host takes a new authority only with the word of one that it trusts.
    ///
    /// - Parameter hasMet: it has met a server whose authorities vouch for the one that follows.
    package func requiresVouching(hasMet: Bool) -> Bool {
        switch self {
        case .required: true
        case .accepted: false
        case nil: hasMet
        }
    }
}
