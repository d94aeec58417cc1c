// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

/// What a GnuTLS result code means, in words.
func describeGnuTLS(_ result: Int32) -> String {
    gnutls_strerror(result).map { String(cString: $0) } ?? "GnuTLS error \(result)"
}

/// Fills memory with unpredictable bytes from GnuTLS's generator.
func fillRandom(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    if gnutls_rnd(GNUTLS_RND_NONCE, base, bytes.count) != 0 {
        // The generator fails only when the kernel gives no entropy; Swift's own generator traps then, which is
        // better than connection ids anyone can guess.
        var generator = SystemRandomNumberGenerator()
        for index in bytes.indices {
            bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
        }
    }
}

/// SHA-256 of bytes.
func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let result = gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.baseAddress, bytes.count, &digest)
    return result == 0 ? digest : []
}

/// A key for one purpose derived from a secret (HMAC-SHA-256 of the purpose's name).
///
/// Reset tokens and retry tokens come from one configured secret; with a key each, a token of one kind tells nothing
/// about the other.
func derivedKey(from secret: [UInt8], purpose: String) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: 32)
    let text = Array(purpose.utf8)
    let result = gnutls_hmac_fast(GNUTLS_MAC_SHA256, secret, secret.count, text, text.count, &key)
    return result == 0 ? key : secret
}

extension String {
    /// Calls a closure with the text as GnuTLS takes it; valid only during the call.
    func withDatum<Result>(_ body: (inout gnutls_datum_t) -> Result) -> Result {
        var bytes = Array(self.utf8)
        // GnuTLS wants no terminator but tolerates an empty datum only with a valid pointer.
        bytes.append(0)
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count - 1))
            return body(&datum)
        }
    }
}

extension gnutls_datum_t {
    /// The bytes, valid as long as whoever owns them says.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.data, count: self.data == nil ? 0 : Int(self.size))
    }
}
