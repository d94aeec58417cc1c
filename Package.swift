// swift-tools-version: 6.2
// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

var swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
// `scripts/test` sets it. A setting of ours and not `-Xswiftc -warnings-as-errors`, which would hold for dependencies too.
if Context.environment["QF_WARNINGS_AS_ERRORS"] == "1" {
    swiftSettings.append(.treatAllWarnings(as: .error))
}

let package = Package(
    name: "quartz-flow",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "quicflow-server", targets: ["quicflow-server"]),
        .executable(name: "quicflow", targets: ["quicflow"]),
        .executable(name: "quicflow-runner", targets: ["quicflow-runner"]),
        .executable(name: "quicflow-work", targets: ["quicflow-work"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // MARK: Small machines without a word of the domain.
        .target(
            name: "FlowSupport",
            swiftSettings: swiftSettings
        ),
        // MARK: Where processes of a debug build can be made to end; nothing in a release build.
        .target(
            name: "FlowCrash",
            swiftSettings: swiftSettings
        ),
        // MARK: The words everyone speaks; no I/O.
        .target(
            name: "FlowCore",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: What is told to whom; no I/O.
        .target(
            name: "FlowNotify",
            dependencies: [
                "FlowCore",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: The brain: plans, dispatches, records. Stores and agents only as ports.
        .target(name: "FlowSchedulerCore", dependencies: ["FlowCore"], swiftSettings: swiftSettings),
        .target(
            name: "FlowScheduler",
            dependencies: [
                "FlowCore",
                "FlowCrash",
                "FlowNotify",
                "FlowSchedulerCore",
                "FlowSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: Durable state of the server.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "FlowStore",
            dependencies: [
                "CZlib",
                "FlowCore",
                "FlowCrash",
                "FlowPostgres",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: A database server without a word about jobs.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "FlowPostgres", dependencies: ["CLibpq"], swiftSettings: swiftSettings),
        // MARK: Transport without a word about jobs.
        .systemLibrary(
            name: "CNgtcp2",
            pkgConfig: "libngtcp2_crypto_gnutls",
            providers: [.apt(["libngtcp2-dev", "libngtcp2-crypto-gnutls-dev", "libgnutls28-dev"])]
        ),
        .target(
            name: "FlowQUIC",
            dependencies: [
                "CNgtcp2",
                "FlowSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: What is said over the transport.
        .target(
            name: "FlowWire",
            dependencies: [
                "FlowCore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Protos"],
            swiftSettings: swiftSettings
        ),
        // MARK: Everything on a host.
        .target(
            name: "CFlowProcess",
            swiftSettings: swiftSettings
        ),
        .target(name: "FlowProcess", dependencies: ["CFlowProcess"], swiftSettings: swiftSettings),
        // Links nothing but the C library and Swift's own: every host keeps it in memory.
        .target(
            name: "FlowRunner",
            dependencies: ["CFlowProcess", "FlowCrash"],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "quicflow-runner",
            dependencies: ["FlowRunner"],
            swiftSettings: swiftSettings
        ),
        // One attempt of a job that is no script, in a process of its own; libpq is linked here and not into the agent.
        .target(
            name: "FlowWork",
            dependencies: [
                "CFlowProcess",
                "FlowCore",
                "FlowPostgres",
                "FlowProcess",
                "FlowSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "quicflow-work",
            dependencies: ["FlowWork"],
            swiftSettings: swiftSettings
        ),
        .target(name: "FlowAgentCore", dependencies: ["FlowCore"], swiftSettings: swiftSettings),
        .target(
            name: "FlowAgent",
            dependencies: [
                "CFlowProcess",
                "FlowAgentCore",
                "FlowCore",
                "FlowCrash",
                "FlowProcess",
                "FlowQUIC",
                "FlowRunner",
                "FlowSupport",
                "FlowWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: HTTP outside, services inside.
        .target(
            name: "FlowAPI",
            dependencies: [
                "FlowCore",
                "FlowNotify",
                "FlowScheduler",
                "FlowSchedulerCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: The composition root of a server.
        .target(
            name: "FlowServer",
            dependencies: [
                "CFlowProcess",
                "FlowAPI",
                "FlowCore",
                "FlowCrash",
                "FlowNotify",
                "FlowProcess",
                "FlowQUIC",
                "FlowScheduler",
                "FlowStore",
                "FlowSupport",
                "FlowWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "quicflow-server",
            dependencies: [
                "FlowServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "quicflow",
            dependencies: [
                "FlowAgent",
                "FlowCore",
                "FlowProcess",
                "FlowRunner",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings
        ),
        // MARK: Measurements; not a product.
        .executableTarget(
            name: "flow-bench",
            dependencies: [
                "FlowAgent",
                "FlowAgentCore",
                "FlowCore",
                "FlowQUIC",
                "FlowScheduler",
                "FlowSchedulerCore",
                "FlowStore",
                "FlowWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Benchmarks/flow-bench",
            swiftSettings: swiftSettings
        ),
        // MARK: Tests
        .testTarget(
            name: "FlowProcessTests",
            dependencies: ["CFlowProcess", "FlowProcess"],
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "FlowSupportTests", dependencies: ["FlowSupport"], swiftSettings: swiftSettings),
        .target(
            name: "FlowTesting",
            dependencies: ["FlowCore", "FlowProcess"],
            path: "Tests/FlowTesting",
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "FlowCoreTests", dependencies: ["FlowCore", "FlowTesting"], swiftSettings: swiftSettings),
        .testTarget(
            name: "FlowNotifyTests",
            dependencies: ["FlowCore", "FlowNotify", "FlowTesting"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowStoreTests",
            dependencies: [
                "FlowCore", "FlowPostgres", "FlowProcess", "FlowStore", "FlowTesting",
                // The child that the crash test kills.
                "flow-bench",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowPostgresTests",
            dependencies: ["FlowPostgres", "FlowTesting"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowSchedulerTests",
            dependencies: [
                "FlowCore", "FlowScheduler", "FlowSchedulerCore", "FlowTesting",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowQUICTests",
            dependencies: [
                "FlowProcess", "FlowQUIC", "FlowSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            exclude: ["Interop"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowWireTests",
            dependencies: ["FlowCore", "FlowWire", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowAgentTests",
            dependencies: [
                "FlowAgent", "FlowAgentCore", "FlowCore", "FlowProcess", "FlowRunner", "FlowSupport", "FlowWire",
                "FlowTesting",
                // The programs under test.
                "quicflow", "quicflow-runner", "quicflow-work",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "FlowWorkTests", dependencies: ["FlowCore", "FlowWork"], swiftSettings: swiftSettings),
        .testTarget(
            name: "FlowAPITests",
            dependencies: [
                "FlowAPI", "FlowCore", "FlowNotify", "FlowScheduler", "FlowSchedulerCore", "FlowStore", "FlowTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "QuicFlowTests",
            dependencies: ["FlowAgent", "FlowCore", "FlowProcess", "FlowRunner", "FlowTesting", "quicflow"],
            exclude: ["Corpus"],
            swiftSettings: swiftSettings
        ),
        // MARK: Whole clusters in one thread, by seed.
        .target(
            name: "FlowSimulator",
            dependencies: ["FlowAgentCore", "FlowCore", "FlowSchedulerCore", "FlowTesting"],
            path: "Tests/FlowSimulator",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "flow-sim",
            dependencies: [
                "FlowSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/flow-sim",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowSimulationTests",
            dependencies: ["FlowSimulator"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FlowEndToEndTests",
            dependencies: [
                "FlowAPI", "FlowAgent", "FlowCore", "FlowNotify", "FlowProcess", "FlowQUIC", "FlowScheduler",
                "FlowServer", "FlowStore",
                "FlowSupport", "FlowTesting",
                "FlowWire",
                // The programs under test.
                "quicflow", "quicflow-runner", "quicflow-server",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)
