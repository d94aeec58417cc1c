// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Passwords that are tried first: common words, sequences and rows of keys, however they are spelt.
///
/// A list of the commonest passwords has few of the length we ask for, and misses `Password-2026!`. So this looks for what
/// such passwords are made of. Four words pass: so many even of the common ones are no guess.
enum CommonPasswords {
    /// What still makes a password common: a word or a row costs 3, a digit or sign that stands alone 1.
    ///
    /// Less than the 12 characters that a password has at least: digits alone are refused for their rows only.
    private static let limit = 11

    static func contains(_ password: String) -> Bool {
        let bytes = Array(password.lowercased().utf8)
        // Nothing longer is made of three pieces; and the work is bounded.
        guard bytes.count <= 64 else { return false }
        return self.isRepeated(bytes) || self.isMadeOfPieces(bytes)
    }

    /// `abc12abc12abc12`: a short piece again and again.
    private static func isRepeated(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2 else { return false }
        return (1...max(1, min(6, bytes.count / 2))).contains { period in
            zip(bytes, bytes.dropFirst(period)).allSatisfy(==)
        }
    }

    /// Whether the text is made of few words and rows, with a few digits and signs around them.
    private static func isMadeOfPieces(_ bytes: [UInt8]) -> Bool {
        let letters = bytes.map(self.letter)
        var cost = [Int](repeating: .max, count: bytes.count + 1)
        cost[0] = 0
        for start in bytes.indices where cost[start] <= self.limit {
            // What rules of composition made people add.
            if !self.isLetter(bytes[start]) { cost[start + 1] = min(cost[start + 1], cost[start] + 1) }
            for end in stride(from: start + 3, through: min(start + self.longest, bytes.count), by: 1) {
                guard self.isPiece(bytes[start..<end], letters[start..<end]) else { continue }
                cost[end] = min(cost[end], cost[start] + 3)
            }
        }
        return cost[bytes.count] <= self.limit
    }

    private static func isPiece(_ bytes: ArraySlice<UInt8>, _ letters: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return self.words.contains(text) || self.words.contains(String(decoding: letters, as: UTF8.self))
            || self.rows.contains { $0.contains(text) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte >= 0x80 }

    /// What `p4$$w0rd` means.
    private static func letter(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "0"): UInt8(ascii: "o")
        case UInt8(ascii: "1"), UInt8(ascii: "!"), UInt8(ascii: "|"): UInt8(ascii: "i")
        case UInt8(ascii: "3"): UInt8(ascii: "e")
        case UInt8(ascii: "4"), UInt8(ascii: "@"): UInt8(ascii: "a")
        case UInt8(ascii: "5"), UInt8(ascii: "$"): UInt8(ascii: "s")
        case UInt8(ascii: "7"): UInt8(ascii: "t")
        case UInt8(ascii: "8"): UInt8(ascii: "b")
        case UInt8(ascii: "9"): UInt8(ascii: "g")
        default: byte
        }
    }

    /// Keys and letters in the order in which fingers find them, and backwards.
    private static let rows: [String] = {
        let rows = [
            "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl",
            "zxcvbnm", "yxcvbnm", "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
            "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "!@#$%^&*()", "aabbccddeeff", "112233445566778899",
        ]
        return rows + rows.map { String($0.reversed()) }
    }()

    private static let longest = Self.words.map(\.utf8.count).max() ?? 3

    private static let words: Set<String> = Set(
        """
        password passwort passwd passw pass passe passphrase motdepasse contrasena senha parola mima wachtwoord secret
        geheim admin administrator root superuser user username guest login signin logon default changeme change temp
        temporary test testing tester demo example sample public private access account master manager system server
        service support oracle postgres mysql database backup network internet computer windows linux ubuntu debian
        docker kubernetes github google facebook amazon apple samsung microsoft android iphone company office secure
        security quartzflow quartz quicflow scheduler cron jobs letmein let opensesame sesame welcome willkommen
        bienvenue hello hallo bonjour ciao hola iloveyou iloveu love lovely lover loveme ich you forever always never
        baby babygirl angel princess prince queen king sweet sweety honey darling sunshine flower butterfly rainbow
        monkey dragon tiger lion eagle falcon shadow master ninja samurai warrior hunter killer ranger soldier
        superman batman spiderman ironman starwars star wars pokemon pikachu naruto matrix gandalf merlin wizard magic
        football baseball basketball soccer hockey tennis golf liverpool chelsea arsenal barcelona juventus madrid
        yankees cowboys steelers lakers jordan michael michelle jessica jennifer ashley amanda daniel thomas robert
        charlie andrew anthony joshua matthew william george richard david maria anna nicole sophie lucas martin alex
        alexander patrick peter stefan thunder lightning summer winter spring autumn fall sommer january february march
        april may june july august september october november december monday tuesday wednesday thursday friday
        saturday sunday today tomorrow yesterday morning night freedom liberty trustno trust nothing whatever anything
        something everything cookie chocolate cheese pepper ginger banana orange cherry purple yellow green blue black
        white red silver golden gold diamond crystal phoenix mustang ferrari porsche mercedes corvette harley yamaha
        honda toyota computer internet hacker hack player gamer game games gaming minecraft fortnite money dollar
        bitcoin jesus christ heaven church blessed buddha qwerty qwertz azerty asdf asdfgh zxcv zxcvbn qazwsx abc
        one two three four five six seven eight nine ten woaini woaini wo ai ni china shanghai beijing london paris
        berlin america canada germany france italia brasil mexico india japan happy lucky crazy fuck fuckyou asshole
        shit bitch sexy pussy hottie cool super mega ultra my the and for new old big man boy girl dog cat
        """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init).filter { $0.count >= 3 }
    )
}
