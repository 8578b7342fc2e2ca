package lex

// The keywords of PostgreSQL 18 in alphabetical order, with category and bare
// label, as src/include/parser/kwlist.h has them and pg_get_keywords() of a server
// of version 18 gives them. A test compares them with libpg_query's.

// The keywords, for comparison with Token.Keyword.
const (
	NotKeyword Keyword = iota
	KwAbort
	KwAbsent
	KwAbsolute
	KwAccess
	KwAction
	KwAdd
	KwAdmin
	KwAfter
	KwAggregate
	KwAll
	KwAlso
	KwAlter
	KwAlways
	KwAnalyse
	KwAnalyze
	KwAnd
	KwAny
	KwArray
	KwAs
	KwAsc
	KwAsensitive
	KwAssertion
	KwAssignment
	KwAsymmetric
	KwAt
	KwAtomic
	KwAttach
	KwAttribute
	KwAuthorization
	KwBackward
	KwBefore
	KwBegin
	KwBetween
	KwBigint
	KwBinary
	KwBit
	KwBoolean
	KwBoth
	KwBreadth
	KwBy
	KwCache
	KwCall
	KwCalled
	KwCascade
	KwCascaded
	KwCase
	KwCast
	KwCatalog
	KwChain
	KwChar
	KwCharacter
	KwCharacteristics
	KwCheck
	KwCheckpoint
	KwClass
	KwClose
	KwCluster
	KwCoalesce
	KwCollate
	KwCollation
	KwColumn
	KwColumns
	KwComment
	KwComments
	KwCommit
	KwCommitted
	KwCompression
	KwConcurrently
	KwConditional
	KwConfiguration
	KwConflict
	KwConnection
	KwConstraint
	KwConstraints
	KwContent
	KwContinue
	KwConversion
	KwCopy
	KwCost
	KwCreate
	KwCross
	KwCsv
	KwCube
	KwCurrent
	KwCurrentCatalog
	KwCurrentDate
	KwCurrentRole
	KwCurrentSchema
	KwCurrentTime
	KwCurrentTimestamp
	KwCurrentUser
	KwCursor
	KwCycle
	KwData
	KwDatabase
	KwDay
	KwDeallocate
	KwDec
	KwDecimal
	KwDeclare
	KwDefault
	KwDefaults
	KwDeferrable
	KwDeferred
	KwDefiner
	KwDelete
	KwDelimiter
	KwDelimiters
	KwDepends
	KwDepth
	KwDesc
	KwDetach
	KwDictionary
	KwDisable
	KwDiscard
	KwDistinct
	KwDo
	KwDocument
	KwDomain
	KwDouble
	KwDrop
	KwEach
	KwElse
	KwEmpty
	KwEnable
	KwEncoding
	KwEncrypted
	KwEnd
	KwEnforced
	KwEnum
	KwError
	KwEscape
	KwEvent
	KwExcept
	KwExclude
	KwExcluding
	KwExclusive
	KwExecute
	KwExists
	KwExplain
	KwExpression
	KwExtension
	KwExternal
	KwExtract
	KwFalse
	KwFamily
	KwFetch
	KwFilter
	KwFinalize
	KwFirst
	KwFloat
	KwFollowing
	KwFor
	KwForce
	KwForeign
	KwFormat
	KwForward
	KwFreeze
	KwFrom
	KwFull
	KwFunction
	KwFunctions
	KwGenerated
	KwGlobal
	KwGrant
	KwGranted
	KwGreatest
	KwGroup
	KwGrouping
	KwGroups
	KwHandler
	KwHaving
	KwHeader
	KwHold
	KwHour
	KwIdentity
	KwIf
	KwIlike
	KwImmediate
	KwImmutable
	KwImplicit
	KwImport
	KwIn
	KwInclude
	KwIncluding
	KwIncrement
	KwIndent
	KwIndex
	KwIndexes
	KwInherit
	KwInherits
	KwInitially
	KwInline
	KwInner
	KwInout
	KwInput
	KwInsensitive
	KwInsert
	KwInstead
	KwInt
	KwInteger
	KwIntersect
	KwInterval
	KwInto
	KwInvoker
	KwIs
	KwIsnull
	KwIsolation
	KwJoin
	KwJson
	KwJsonArray
	KwJsonArrayagg
	KwJsonExists
	KwJsonObject
	KwJsonObjectagg
	KwJsonQuery
	KwJsonScalar
	KwJsonSerialize
	KwJsonTable
	KwJsonValue
	KwKeep
	KwKey
	KwKeys
	KwLabel
	KwLanguage
	KwLarge
	KwLast
	KwLateral
	KwLeading
	KwLeakproof
	KwLeast
	KwLeft
	KwLevel
	KwLike
	KwLimit
	KwListen
	KwLoad
	KwLocal
	KwLocaltime
	KwLocaltimestamp
	KwLocation
	KwLock
	KwLocked
	KwLogged
	KwMapping
	KwMatch
	KwMatched
	KwMaterialized
	KwMaxvalue
	KwMerge
	KwMergeAction
	KwMethod
	KwMinute
	KwMinvalue
	KwMode
	KwMonth
	KwMove
	KwName
	KwNames
	KwNational
	KwNatural
	KwNchar
	KwNested
	KwNew
	KwNext
	KwNfc
	KwNfd
	KwNfkc
	KwNfkd
	KwNo
	KwNone
	KwNormalize
	KwNormalized
	KwNot
	KwNothing
	KwNotify
	KwNotnull
	KwNowait
	KwNull
	KwNullif
	KwNulls
	KwNumeric
	KwObject
	KwObjects
	KwOf
	KwOff
	KwOffset
	KwOids
	KwOld
	KwOmit
	KwOn
	KwOnly
	KwOperator
	KwOption
	KwOptions
	KwOr
	KwOrder
	KwOrdinality
	KwOthers
	KwOut
	KwOuter
	KwOver
	KwOverlaps
	KwOverlay
	KwOverriding
	KwOwned
	KwOwner
	KwParallel
	KwParameter
	KwParser
	KwPartial
	KwPartition
	KwPassing
	KwPassword
	KwPath
	KwPeriod
	KwPlacing
	KwPlan
	KwPlans
	KwPolicy
	KwPosition
	KwPreceding
	KwPrecision
	KwPrepare
	KwPrepared
	KwPreserve
	KwPrimary
	KwPrior
	KwPrivileges
	KwProcedural
	KwProcedure
	KwProcedures
	KwProgram
	KwPublication
	KwQuote
	KwQuotes
	KwRange
	KwRead
	KwReal
	KwReassign
	KwRecursive
	KwRef
	KwReferences
	KwReferencing
	KwRefresh
	KwReindex
	KwRelative
	KwRelease
	KwRename
	KwRepeatable
	KwReplace
	KwReplica
	KwReset
	KwRestart
	KwRestrict
	KwReturn
	KwReturning
	KwReturns
	KwRevoke
	KwRight
	KwRole
	KwRollback
	KwRollup
	KwRoutine
	KwRoutines
	KwRow
	KwRows
	KwRule
	KwSavepoint
	KwScalar
	KwSchema
	KwSchemas
	KwScroll
	KwSearch
	KwSecond
	KwSecurity
	KwSelect
	KwSequence
	KwSequences
	KwSerializable
	KwServer
	KwSession
	KwSessionUser
	KwSet
	KwSetof
	KwSets
	KwShare
	KwShow
	KwSimilar
	KwSimple
	KwSkip
	KwSmallint
	KwSnapshot
	KwSome
	KwSource
	KwSql
	KwStable
	KwStandalone
	KwStart
	KwStatement
	KwStatistics
	KwStdin
	KwStdout
	KwStorage
	KwStored
	KwStrict
	KwString
	KwStrip
	KwSubscription
	KwSubstring
	KwSupport
	KwSymmetric
	KwSysid
	KwSystem
	KwSystemUser
	KwTable
	KwTables
	KwTablesample
	KwTablespace
	KwTarget
	KwTemp
	KwTemplate
	KwTemporary
	KwText
	KwThen
	KwTies
	KwTime
	KwTimestamp
	KwTo
	KwTrailing
	KwTransaction
	KwTransform
	KwTreat
	KwTrigger
	KwTrim
	KwTrue
	KwTruncate
	KwTrusted
	KwType
	KwTypes
	KwUescape
	KwUnbounded
	KwUncommitted
	KwUnconditional
	KwUnencrypted
	KwUnion
	KwUnique
	KwUnknown
	KwUnlisten
	KwUnlogged
	KwUntil
	KwUpdate
	KwUser
	KwUsing
	KwVacuum
	KwValid
	KwValidate
	KwValidator
	KwValue
	KwValues
	KwVarchar
	KwVariadic
	KwVarying
	KwVerbose
	KwVersion
	KwView
	KwViews
	KwVirtual
	KwVolatile
	KwWhen
	KwWhere
	KwWhitespace
	KwWindow
	KwWith
	KwWithin
	KwWithout
	KwWork
	KwWrapper
	KwWrite
	KwXml
	KwXmlattributes
	KwXmlconcat
	KwXmlelement
	KwXmlexists
	KwXmlforest
	KwXmlnamespaces
	KwXmlparse
	KwXmlpi
	KwXmlroot
	KwXmlserialize
	KwXmltable
	KwYear
	KwYes
	KwZone
)

var keywords = [...]keyword{
	NotKeyword:         {},
	KwAbort:            {"abort", Unreserved, true},
	KwAbsent:           {"absent", Unreserved, true},
	KwAbsolute:         {"absolute", Unreserved, true},
	KwAccess:           {"access", Unreserved, true},
	KwAction:           {"action", Unreserved, true},
	KwAdd:              {"add", Unreserved, true},
	KwAdmin:            {"admin", Unreserved, true},
	KwAfter:            {"after", Unreserved, true},
	KwAggregate:        {"aggregate", Unreserved, true},
	KwAll:              {"all", Reserved, true},
	KwAlso:             {"also", Unreserved, true},
	KwAlter:            {"alter", Unreserved, true},
	KwAlways:           {"always", Unreserved, true},
	KwAnalyse:          {"analyse", Reserved, true},
	KwAnalyze:          {"analyze", Reserved, true},
	KwAnd:              {"and", Reserved, true},
	KwAny:              {"any", Reserved, true},
	KwArray:            {"array", Reserved, false},
	KwAs:               {"as", Reserved, false},
	KwAsc:              {"asc", Reserved, true},
	KwAsensitive:       {"asensitive", Unreserved, true},
	KwAssertion:        {"assertion", Unreserved, true},
	KwAssignment:       {"assignment", Unreserved, true},
	KwAsymmetric:       {"asymmetric", Reserved, true},
	KwAt:               {"at", Unreserved, true},
	KwAtomic:           {"atomic", Unreserved, true},
	KwAttach:           {"attach", Unreserved, true},
	KwAttribute:        {"attribute", Unreserved, true},
	KwAuthorization:    {"authorization", TypeFuncName, true},
	KwBackward:         {"backward", Unreserved, true},
	KwBefore:           {"before", Unreserved, true},
	KwBegin:            {"begin", Unreserved, true},
	KwBetween:          {"between", ColName, true},
	KwBigint:           {"bigint", ColName, true},
	KwBinary:           {"binary", TypeFuncName, true},
	KwBit:              {"bit", ColName, true},
	KwBoolean:          {"boolean", ColName, true},
	KwBoth:             {"both", Reserved, true},
	KwBreadth:          {"breadth", Unreserved, true},
	KwBy:               {"by", Unreserved, true},
	KwCache:            {"cache", Unreserved, true},
	KwCall:             {"call", Unreserved, true},
	KwCalled:           {"called", Unreserved, true},
	KwCascade:          {"cascade", Unreserved, true},
	KwCascaded:         {"cascaded", Unreserved, true},
	KwCase:             {"case", Reserved, true},
	KwCast:             {"cast", Reserved, true},
	KwCatalog:          {"catalog", Unreserved, true},
	KwChain:            {"chain", Unreserved, true},
	KwChar:             {"char", ColName, false},
	KwCharacter:        {"character", ColName, false},
	KwCharacteristics:  {"characteristics", Unreserved, true},
	KwCheck:            {"check", Reserved, true},
	KwCheckpoint:       {"checkpoint", Unreserved, true},
	KwClass:            {"class", Unreserved, true},
	KwClose:            {"close", Unreserved, true},
	KwCluster:          {"cluster", Unreserved, true},
	KwCoalesce:         {"coalesce", ColName, true},
	KwCollate:          {"collate", Reserved, true},
	KwCollation:        {"collation", TypeFuncName, true},
	KwColumn:           {"column", Reserved, true},
	KwColumns:          {"columns", Unreserved, true},
	KwComment:          {"comment", Unreserved, true},
	KwComments:         {"comments", Unreserved, true},
	KwCommit:           {"commit", Unreserved, true},
	KwCommitted:        {"committed", Unreserved, true},
	KwCompression:      {"compression", Unreserved, true},
	KwConcurrently:     {"concurrently", TypeFuncName, true},
	KwConditional:      {"conditional", Unreserved, true},
	KwConfiguration:    {"configuration", Unreserved, true},
	KwConflict:         {"conflict", Unreserved, true},
	KwConnection:       {"connection", Unreserved, true},
	KwConstraint:       {"constraint", Reserved, true},
	KwConstraints:      {"constraints", Unreserved, true},
	KwContent:          {"content", Unreserved, true},
	KwContinue:         {"continue", Unreserved, true},
	KwConversion:       {"conversion", Unreserved, true},
	KwCopy:             {"copy", Unreserved, true},
	KwCost:             {"cost", Unreserved, true},
	KwCreate:           {"create", Reserved, false},
	KwCross:            {"cross", TypeFuncName, true},
	KwCsv:              {"csv", Unreserved, true},
	KwCube:             {"cube", Unreserved, true},
	KwCurrent:          {"current", Unreserved, true},
	KwCurrentCatalog:   {"current_catalog", Reserved, true},
	KwCurrentDate:      {"current_date", Reserved, true},
	KwCurrentRole:      {"current_role", Reserved, true},
	KwCurrentSchema:    {"current_schema", TypeFuncName, true},
	KwCurrentTime:      {"current_time", Reserved, true},
	KwCurrentTimestamp: {"current_timestamp", Reserved, true},
	KwCurrentUser:      {"current_user", Reserved, true},
	KwCursor:           {"cursor", Unreserved, true},
	KwCycle:            {"cycle", Unreserved, true},
	KwData:             {"data", Unreserved, true},
	KwDatabase:         {"database", Unreserved, true},
	KwDay:              {"day", Unreserved, false},
	KwDeallocate:       {"deallocate", Unreserved, true},
	KwDec:              {"dec", ColName, true},
	KwDecimal:          {"decimal", ColName, true},
	KwDeclare:          {"declare", Unreserved, true},
	KwDefault:          {"default", Reserved, true},
	KwDefaults:         {"defaults", Unreserved, true},
	KwDeferrable:       {"deferrable", Reserved, true},
	KwDeferred:         {"deferred", Unreserved, true},
	KwDefiner:          {"definer", Unreserved, true},
	KwDelete:           {"delete", Unreserved, true},
	KwDelimiter:        {"delimiter", Unreserved, true},
	KwDelimiters:       {"delimiters", Unreserved, true},
	KwDepends:          {"depends", Unreserved, true},
	KwDepth:            {"depth", Unreserved, true},
	KwDesc:             {"desc", Reserved, true},
	KwDetach:           {"detach", Unreserved, true},
	KwDictionary:       {"dictionary", Unreserved, true},
	KwDisable:          {"disable", Unreserved, true},
	KwDiscard:          {"discard", Unreserved, true},
	KwDistinct:         {"distinct", Reserved, true},
	KwDo:               {"do", Reserved, true},
	KwDocument:         {"document", Unreserved, true},
	KwDomain:           {"domain", Unreserved, true},
	KwDouble:           {"double", Unreserved, true},
	KwDrop:             {"drop", Unreserved, true},
	KwEach:             {"each", Unreserved, true},
	KwElse:             {"else", Reserved, true},
	KwEmpty:            {"empty", Unreserved, true},
	KwEnable:           {"enable", Unreserved, true},
	KwEncoding:         {"encoding", Unreserved, true},
	KwEncrypted:        {"encrypted", Unreserved, true},
	KwEnd:              {"end", Reserved, true},
	KwEnforced:         {"enforced", Unreserved, true},
	KwEnum:             {"enum", Unreserved, true},
	KwError:            {"error", Unreserved, true},
	KwEscape:           {"escape", Unreserved, true},
	KwEvent:            {"event", Unreserved, true},
	KwExcept:           {"except", Reserved, false},
	KwExclude:          {"exclude", Unreserved, true},
	KwExcluding:        {"excluding", Unreserved, true},
	KwExclusive:        {"exclusive", Unreserved, true},
	KwExecute:          {"execute", Unreserved, true},
	KwExists:           {"exists", ColName, true},
	KwExplain:          {"explain", Unreserved, true},
	KwExpression:       {"expression", Unreserved, true},
	KwExtension:        {"extension", Unreserved, true},
	KwExternal:         {"external", Unreserved, true},
	KwExtract:          {"extract", ColName, true},
	KwFalse:            {"false", Reserved, true},
	KwFamily:           {"family", Unreserved, true},
	KwFetch:            {"fetch", Reserved, false},
	KwFilter:           {"filter", Unreserved, false},
	KwFinalize:         {"finalize", Unreserved, true},
	KwFirst:            {"first", Unreserved, true},
	KwFloat:            {"float", ColName, true},
	KwFollowing:        {"following", Unreserved, true},
	KwFor:              {"for", Reserved, false},
	KwForce:            {"force", Unreserved, true},
	KwForeign:          {"foreign", Reserved, true},
	KwFormat:           {"format", Unreserved, true},
	KwForward:          {"forward", Unreserved, true},
	KwFreeze:           {"freeze", TypeFuncName, true},
	KwFrom:             {"from", Reserved, false},
	KwFull:             {"full", TypeFuncName, true},
	KwFunction:         {"function", Unreserved, true},
	KwFunctions:        {"functions", Unreserved, true},
	KwGenerated:        {"generated", Unreserved, true},
	KwGlobal:           {"global", Unreserved, true},
	KwGrant:            {"grant", Reserved, false},
	KwGranted:          {"granted", Unreserved, true},
	KwGreatest:         {"greatest", ColName, true},
	KwGroup:            {"group", Reserved, false},
	KwGrouping:         {"grouping", ColName, true},
	KwGroups:           {"groups", Unreserved, true},
	KwHandler:          {"handler", Unreserved, true},
	KwHaving:           {"having", Reserved, false},
	KwHeader:           {"header", Unreserved, true},
	KwHold:             {"hold", Unreserved, true},
	KwHour:             {"hour", Unreserved, false},
	KwIdentity:         {"identity", Unreserved, true},
	KwIf:               {"if", Unreserved, true},
	KwIlike:            {"ilike", TypeFuncName, true},
	KwImmediate:        {"immediate", Unreserved, true},
	KwImmutable:        {"immutable", Unreserved, true},
	KwImplicit:         {"implicit", Unreserved, true},
	KwImport:           {"import", Unreserved, true},
	KwIn:               {"in", Reserved, true},
	KwInclude:          {"include", Unreserved, true},
	KwIncluding:        {"including", Unreserved, true},
	KwIncrement:        {"increment", Unreserved, true},
	KwIndent:           {"indent", Unreserved, true},
	KwIndex:            {"index", Unreserved, true},
	KwIndexes:          {"indexes", Unreserved, true},
	KwInherit:          {"inherit", Unreserved, true},
	KwInherits:         {"inherits", Unreserved, true},
	KwInitially:        {"initially", Reserved, true},
	KwInline:           {"inline", Unreserved, true},
	KwInner:            {"inner", TypeFuncName, true},
	KwInout:            {"inout", ColName, true},
	KwInput:            {"input", Unreserved, true},
	KwInsensitive:      {"insensitive", Unreserved, true},
	KwInsert:           {"insert", Unreserved, true},
	KwInstead:          {"instead", Unreserved, true},
	KwInt:              {"int", ColName, true},
	KwInteger:          {"integer", ColName, true},
	KwIntersect:        {"intersect", Reserved, false},
	KwInterval:         {"interval", ColName, true},
	KwInto:             {"into", Reserved, false},
	KwInvoker:          {"invoker", Unreserved, true},
	KwIs:               {"is", TypeFuncName, true},
	KwIsnull:           {"isnull", TypeFuncName, false},
	KwIsolation:        {"isolation", Unreserved, true},
	KwJoin:             {"join", TypeFuncName, true},
	KwJson:             {"json", ColName, true},
	KwJsonArray:        {"json_array", ColName, true},
	KwJsonArrayagg:     {"json_arrayagg", ColName, true},
	KwJsonExists:       {"json_exists", ColName, true},
	KwJsonObject:       {"json_object", ColName, true},
	KwJsonObjectagg:    {"json_objectagg", ColName, true},
	KwJsonQuery:        {"json_query", ColName, true},
	KwJsonScalar:       {"json_scalar", ColName, true},
	KwJsonSerialize:    {"json_serialize", ColName, true},
	KwJsonTable:        {"json_table", ColName, true},
	KwJsonValue:        {"json_value", ColName, true},
	KwKeep:             {"keep", Unreserved, true},
	KwKey:              {"key", Unreserved, true},
	KwKeys:             {"keys", Unreserved, true},
	KwLabel:            {"label", Unreserved, true},
	KwLanguage:         {"language", Unreserved, true},
	KwLarge:            {"large", Unreserved, true},
	KwLast:             {"last", Unreserved, true},
	KwLateral:          {"lateral", Reserved, true},
	KwLeading:          {"leading", Reserved, true},
	KwLeakproof:        {"leakproof", Unreserved, true},
	KwLeast:            {"least", ColName, true},
	KwLeft:             {"left", TypeFuncName, true},
	KwLevel:            {"level", Unreserved, true},
	KwLike:             {"like", TypeFuncName, true},
	KwLimit:            {"limit", Reserved, false},
	KwListen:           {"listen", Unreserved, true},
	KwLoad:             {"load", Unreserved, true},
	KwLocal:            {"local", Unreserved, true},
	KwLocaltime:        {"localtime", Reserved, true},
	KwLocaltimestamp:   {"localtimestamp", Reserved, true},
	KwLocation:         {"location", Unreserved, true},
	KwLock:             {"lock", Unreserved, true},
	KwLocked:           {"locked", Unreserved, true},
	KwLogged:           {"logged", Unreserved, true},
	KwMapping:          {"mapping", Unreserved, true},
	KwMatch:            {"match", Unreserved, true},
	KwMatched:          {"matched", Unreserved, true},
	KwMaterialized:     {"materialized", Unreserved, true},
	KwMaxvalue:         {"maxvalue", Unreserved, true},
	KwMerge:            {"merge", Unreserved, true},
	KwMergeAction:      {"merge_action", ColName, true},
	KwMethod:           {"method", Unreserved, true},
	KwMinute:           {"minute", Unreserved, false},
	KwMinvalue:         {"minvalue", Unreserved, true},
	KwMode:             {"mode", Unreserved, true},
	KwMonth:            {"month", Unreserved, false},
	KwMove:             {"move", Unreserved, true},
	KwName:             {"name", Unreserved, true},
	KwNames:            {"names", Unreserved, true},
	KwNational:         {"national", ColName, true},
	KwNatural:          {"natural", TypeFuncName, true},
	KwNchar:            {"nchar", ColName, true},
	KwNested:           {"nested", Unreserved, true},
	KwNew:              {"new", Unreserved, true},
	KwNext:             {"next", Unreserved, true},
	KwNfc:              {"nfc", Unreserved, true},
	KwNfd:              {"nfd", Unreserved, true},
	KwNfkc:             {"nfkc", Unreserved, true},
	KwNfkd:             {"nfkd", Unreserved, true},
	KwNo:               {"no", Unreserved, true},
	KwNone:             {"none", ColName, true},
	KwNormalize:        {"normalize", ColName, true},
	KwNormalized:       {"normalized", Unreserved, true},
	KwNot:              {"not", Reserved, true},
	KwNothing:          {"nothing", Unreserved, true},
	KwNotify:           {"notify", Unreserved, true},
	KwNotnull:          {"notnull", TypeFuncName, false},
	KwNowait:           {"nowait", Unreserved, true},
	KwNull:             {"null", Reserved, true},
	KwNullif:           {"nullif", ColName, true},
	KwNulls:            {"nulls", Unreserved, true},
	KwNumeric:          {"numeric", ColName, true},
	KwObject:           {"object", Unreserved, true},
	KwObjects:          {"objects", Unreserved, true},
	KwOf:               {"of", Unreserved, true},
	KwOff:              {"off", Unreserved, true},
	KwOffset:           {"offset", Reserved, false},
	KwOids:             {"oids", Unreserved, true},
	KwOld:              {"old", Unreserved, true},
	KwOmit:             {"omit", Unreserved, true},
	KwOn:               {"on", Reserved, false},
	KwOnly:             {"only", Reserved, true},
	KwOperator:         {"operator", Unreserved, true},
	KwOption:           {"option", Unreserved, true},
	KwOptions:          {"options", Unreserved, true},
	KwOr:               {"or", Reserved, true},
	KwOrder:            {"order", Reserved, false},
	KwOrdinality:       {"ordinality", Unreserved, true},
	KwOthers:           {"others", Unreserved, true},
	KwOut:              {"out", ColName, true},
	KwOuter:            {"outer", TypeFuncName, true},
	KwOver:             {"over", Unreserved, false},
	KwOverlaps:         {"overlaps", TypeFuncName, false},
	KwOverlay:          {"overlay", ColName, true},
	KwOverriding:       {"overriding", Unreserved, true},
	KwOwned:            {"owned", Unreserved, true},
	KwOwner:            {"owner", Unreserved, true},
	KwParallel:         {"parallel", Unreserved, true},
	KwParameter:        {"parameter", Unreserved, true},
	KwParser:           {"parser", Unreserved, true},
	KwPartial:          {"partial", Unreserved, true},
	KwPartition:        {"partition", Unreserved, true},
	KwPassing:          {"passing", Unreserved, true},
	KwPassword:         {"password", Unreserved, true},
	KwPath:             {"path", Unreserved, true},
	KwPeriod:           {"period", Unreserved, true},
	KwPlacing:          {"placing", Reserved, true},
	KwPlan:             {"plan", Unreserved, true},
	KwPlans:            {"plans", Unreserved, true},
	KwPolicy:           {"policy", Unreserved, true},
	KwPosition:         {"position", ColName, true},
	KwPreceding:        {"preceding", Unreserved, true},
	KwPrecision:        {"precision", ColName, false},
	KwPrepare:          {"prepare", Unreserved, true},
	KwPrepared:         {"prepared", Unreserved, true},
	KwPreserve:         {"preserve", Unreserved, true},
	KwPrimary:          {"primary", Reserved, true},
	KwPrior:            {"prior", Unreserved, true},
	KwPrivileges:       {"privileges", Unreserved, true},
	KwProcedural:       {"procedural", Unreserved, true},
	KwProcedure:        {"procedure", Unreserved, true},
	KwProcedures:       {"procedures", Unreserved, true},
	KwProgram:          {"program", Unreserved, true},
	KwPublication:      {"publication", Unreserved, true},
	KwQuote:            {"quote", Unreserved, true},
	KwQuotes:           {"quotes", Unreserved, true},
	KwRange:            {"range", Unreserved, true},
	KwRead:             {"read", Unreserved, true},
	KwReal:             {"real", ColName, true},
	KwReassign:         {"reassign", Unreserved, true},
	KwRecursive:        {"recursive", Unreserved, true},
	KwRef:              {"ref", Unreserved, true},
	KwReferences:       {"references", Reserved, true},
	KwReferencing:      {"referencing", Unreserved, true},
	KwRefresh:          {"refresh", Unreserved, true},
	KwReindex:          {"reindex", Unreserved, true},
	KwRelative:         {"relative", Unreserved, true},
	KwRelease:          {"release", Unreserved, true},
	KwRename:           {"rename", Unreserved, true},
	KwRepeatable:       {"repeatable", Unreserved, true},
	KwReplace:          {"replace", Unreserved, true},
	KwReplica:          {"replica", Unreserved, true},
	KwReset:            {"reset", Unreserved, true},
	KwRestart:          {"restart", Unreserved, true},
	KwRestrict:         {"restrict", Unreserved, true},
	KwReturn:           {"return", Unreserved, true},
	KwReturning:        {"returning", Reserved, false},
	KwReturns:          {"returns", Unreserved, true},
	KwRevoke:           {"revoke", Unreserved, true},
	KwRight:            {"right", TypeFuncName, true},
	KwRole:             {"role", Unreserved, true},
	KwRollback:         {"rollback", Unreserved, true},
	KwRollup:           {"rollup", Unreserved, true},
	KwRoutine:          {"routine", Unreserved, true},
	KwRoutines:         {"routines", Unreserved, true},
	KwRow:              {"row", ColName, true},
	KwRows:             {"rows", Unreserved, true},
	KwRule:             {"rule", Unreserved, true},
	KwSavepoint:        {"savepoint", Unreserved, true},
	KwScalar:           {"scalar", Unreserved, true},
	KwSchema:           {"schema", Unreserved, true},
	KwSchemas:          {"schemas", Unreserved, true},
	KwScroll:           {"scroll", Unreserved, true},
	KwSearch:           {"search", Unreserved, true},
	KwSecond:           {"second", Unreserved, false},
	KwSecurity:         {"security", Unreserved, true},
	KwSelect:           {"select", Reserved, true},
	KwSequence:         {"sequence", Unreserved, true},
	KwSequences:        {"sequences", Unreserved, true},
	KwSerializable:     {"serializable", Unreserved, true},
	KwServer:           {"server", Unreserved, true},
	KwSession:          {"session", Unreserved, true},
	KwSessionUser:      {"session_user", Reserved, true},
	KwSet:              {"set", Unreserved, true},
	KwSetof:            {"setof", ColName, true},
	KwSets:             {"sets", Unreserved, true},
	KwShare:            {"share", Unreserved, true},
	KwShow:             {"show", Unreserved, true},
	KwSimilar:          {"similar", TypeFuncName, true},
	KwSimple:           {"simple", Unreserved, true},
	KwSkip:             {"skip", Unreserved, true},
	KwSmallint:         {"smallint", ColName, true},
	KwSnapshot:         {"snapshot", Unreserved, true},
	KwSome:             {"some", Reserved, true},
	KwSource:           {"source", Unreserved, true},
	KwSql:              {"sql", Unreserved, true},
	KwStable:           {"stable", Unreserved, true},
	KwStandalone:       {"standalone", Unreserved, true},
	KwStart:            {"start", Unreserved, true},
	KwStatement:        {"statement", Unreserved, true},
	KwStatistics:       {"statistics", Unreserved, true},
	KwStdin:            {"stdin", Unreserved, true},
	KwStdout:           {"stdout", Unreserved, true},
	KwStorage:          {"storage", Unreserved, true},
	KwStored:           {"stored", Unreserved, true},
	KwStrict:           {"strict", Unreserved, true},
	KwString:           {"string", Unreserved, true},
	KwStrip:            {"strip", Unreserved, true},
	KwSubscription:     {"subscription", Unreserved, true},
	KwSubstring:        {"substring", ColName, true},
	KwSupport:          {"support", Unreserved, true},
	KwSymmetric:        {"symmetric", Reserved, true},
	KwSysid:            {"sysid", Unreserved, true},
	KwSystem:           {"system", Unreserved, true},
	KwSystemUser:       {"system_user", Reserved, true},
	KwTable:            {"table", Reserved, true},
	KwTables:           {"tables", Unreserved, true},
	KwTablesample:      {"tablesample", TypeFuncName, true},
	KwTablespace:       {"tablespace", Unreserved, true},
	KwTarget:           {"target", Unreserved, true},
	KwTemp:             {"temp", Unreserved, true},
	KwTemplate:         {"template", Unreserved, true},
	KwTemporary:        {"temporary", Unreserved, true},
	KwText:             {"text", Unreserved, true},
	KwThen:             {"then", Reserved, true},
	KwTies:             {"ties", Unreserved, true},
	KwTime:             {"time", ColName, true},
	KwTimestamp:        {"timestamp", ColName, true},
	KwTo:               {"to", Reserved, false},
	KwTrailing:         {"trailing", Reserved, true},
	KwTransaction:      {"transaction", Unreserved, true},
	KwTransform:        {"transform", Unreserved, true},
	KwTreat:            {"treat", ColName, true},
	KwTrigger:          {"trigger", Unreserved, true},
	KwTrim:             {"trim", ColName, true},
	KwTrue:             {"true", Reserved, true},
	KwTruncate:         {"truncate", Unreserved, true},
	KwTrusted:          {"trusted", Unreserved, true},
	KwType:             {"type", Unreserved, true},
	KwTypes:            {"types", Unreserved, true},
	KwUescape:          {"uescape", Unreserved, true},
	KwUnbounded:        {"unbounded", Unreserved, true},
	KwUncommitted:      {"uncommitted", Unreserved, true},
	KwUnconditional:    {"unconditional", Unreserved, true},
	KwUnencrypted:      {"unencrypted", Unreserved, true},
	KwUnion:            {"union", Reserved, false},
	KwUnique:           {"unique", Reserved, true},
	KwUnknown:          {"unknown", Unreserved, true},
	KwUnlisten:         {"unlisten", Unreserved, true},
	KwUnlogged:         {"unlogged", Unreserved, true},
	KwUntil:            {"until", Unreserved, true},
	KwUpdate:           {"update", Unreserved, true},
	KwUser:             {"user", Reserved, true},
	KwUsing:            {"using", Reserved, true},
	KwVacuum:           {"vacuum", Unreserved, true},
	KwValid:            {"valid", Unreserved, true},
	KwValidate:         {"validate", Unreserved, true},
	KwValidator:        {"validator", Unreserved, true},
	KwValue:            {"value", Unreserved, true},
	KwValues:           {"values", ColName, true},
	KwVarchar:          {"varchar", ColName, true},
	KwVariadic:         {"variadic", Reserved, true},
	KwVarying:          {"varying", Unreserved, false},
	KwVerbose:          {"verbose", TypeFuncName, true},
	KwVersion:          {"version", Unreserved, true},
	KwView:             {"view", Unreserved, true},
	KwViews:            {"views", Unreserved, true},
	KwVirtual:          {"virtual", Unreserved, true},
	KwVolatile:         {"volatile", Unreserved, true},
	KwWhen:             {"when", Reserved, true},
	KwWhere:            {"where", Reserved, false},
	KwWhitespace:       {"whitespace", Unreserved, true},
	KwWindow:           {"window", Reserved, false},
	KwWith:             {"with", Reserved, false},
	KwWithin:           {"within", Unreserved, false},
	KwWithout:          {"without", Unreserved, false},
	KwWork:             {"work", Unreserved, true},
	KwWrapper:          {"wrapper", Unreserved, true},
	KwWrite:            {"write", Unreserved, true},
	KwXml:              {"xml", Unreserved, true},
	KwXmlattributes:    {"xmlattributes", ColName, true},
	KwXmlconcat:        {"xmlconcat", ColName, true},
	KwXmlelement:       {"xmlelement", ColName, true},
	KwXmlexists:        {"xmlexists", ColName, true},
	KwXmlforest:        {"xmlforest", ColName, true},
	KwXmlnamespaces:    {"xmlnamespaces", ColName, true},
	KwXmlparse:         {"xmlparse", ColName, true},
	KwXmlpi:            {"xmlpi", ColName, true},
	KwXmlroot:          {"xmlroot", ColName, true},
	KwXmlserialize:     {"xmlserialize", ColName, true},
	KwXmltable:         {"xmltable", ColName, true},
	KwYear:             {"year", Unreserved, false},
	KwYes:              {"yes", Unreserved, true},
	KwZone:             {"zone", Unreserved, true},
}
