package destructive

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// reads reports whether the function that is named at i is one of PostgreSQL's
// that only read.
func (s *statement) reads(i int) bool {
	name := s.name(i)
	last := s.tokens[name.to-1]
	if name.to == i+1 && last.Keyword != lex.NotKeyword {
		return last.Keyword.Category() != lex.Unreserved || s.unreserved(i) || reading[last.Keyword.String()]
	}
	if schema, _ := fold(s.tokens[i], s.src); name.to > i+1 && schema != "pg_catalog" {
		return false
	}
	function, known := fold(last, s.src)
	return known && reading[function]
}

// unreserved reports whether a keyword before a parenthesis is syntax, though it
// might have been a function's name.
func (s *statement) unreserved(i int) bool {
	switch s.tokens[i].Keyword {
	case lex.KwOver, lex.KwFilter:
		return s.at(i-1).Kind == lex.RParen
	case lex.KwBy:
		previous := s.at(i - 1).Keyword
		return previous == lex.KwGroup || previous == lex.KwOrder || previous == lex.KwPartition
	case lex.KwFirst, lex.KwNext:
		return s.at(i-1).Keyword == lex.KwFetch
	case lex.KwZone:
		return s.at(i-1).Keyword == lex.KwTime
	case lex.KwSets:
		return s.at(i-1).Keyword == lex.KwGrouping
	case lex.KwMaterialized, lex.KwRollup, lex.KwCube, lex.KwOperator, lex.KwColumns, lex.KwPassing, lex.KwSecond, lex.KwEscape, lex.KwVarying:
		return true
	}
	return false
}

// reading holds functions of PostgreSQL that write nothing and change no session,
// nor run a text that they are given. A test asks the server whether it has them,
// and which of them it does not call stable.
var reading = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`
		any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist
		dense_rank every first_value json_agg json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max
		min mode nth_value ntile percent_rank percentile_cont percentile_disc range_agg range_intersect_agg rank
		regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy row_number
		stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg

		abs acos asin atan atan2 cbrt ceil ceiling cos cosh cot degrees div exp factorial floor gcd lcm
		ln log log10 min_scale mod pi power radians random round scale sign sin sinh sqrt tan tanh trim_scale
		trunc width_bucket

		ascii bit_count bit_length btrim char_length character_length chr concat concat_ws convert convert_from
		convert_to decode encode format get_bit get_byte initcap left length lower lpad ltrim md5 octet_length
		parse_ident quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match
		regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace
		reverse right rpad rtrim set_bit set_byte sha224 sha256 sha384 sha512 split_part starts_with
		string_to_array string_to_table strpos substr substring to_ascii to_bin to_hex to_oct translate unistr
		upper

		age clock_timestamp date date_add date_bin date_part date_subtract date_trunc isfinite justify_days
		justify_hours justify_interval make_date make_interval make_time make_timestamp make_timestamptz now
		statement_timestamp timeofday timezone to_char to_date to_number to_timestamp transaction_timestamp

		array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
		array_positions array_prepend array_remove array_replace array_reverse array_sample array_shuffle
		array_sort array_to_string array_upper cardinality daterange generate_series generate_subscripts int4range
		int8range isempty lower_inc lower_inf multirange numrange range_merge trim_array tsrange tstzrange unnest
		upper_inc upper_inf

		array_to_json json_array_elements json_array_elements_text json_array_length json_build_array
		json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object
		json_object_keys json_populate_record json_populate_recordset json_strip_nulls json_to_record
		json_to_recordset json_typeof jsonb_array_elements jsonb_array_elements_text jsonb_array_length
		jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
		jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query
		jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset jsonb_pretty
		jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json
		to_json to_jsonb xpath xpath_exists

		numnode phraseto_tsquery plainto_tsquery querytree setweight strip to_tsquery to_tsvector ts_headline
		ts_rank ts_rank_cd websearch_to_tsquery

		gen_random_uuid uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7

		abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen

		col_description current_database current_schema current_schemas current_setting currval format_type
		has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege
		has_schema_privilege has_sequence_privilege has_table_privilege inet_client_addr inet_client_port
		inet_server_addr inet_server_port lastval obj_description pg_backend_pid pg_blocking_pids
		pg_client_encoding pg_column_compression pg_column_size pg_conf_load_time pg_current_wal_lsn
		pg_database_size pg_describe_object pg_encoding_to_char pg_function_is_visible pg_get_constraintdef
		pg_get_expr pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result
		pg_get_functiondef pg_get_indexdef pg_get_partkeydef pg_get_ruledef pg_get_serial_sequence
		pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_has_role pg_identify_object pg_indexes_size
		pg_is_in_recovery pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp
		pg_lock_status pg_my_temp_schema pg_partition_ancestors pg_partition_root pg_partition_tree
		pg_postmaster_start_time pg_relation_filenode pg_relation_filepath pg_relation_is_publishable
		pg_relation_size pg_sequence_last_value pg_size_bytes pg_size_pretty pg_sleep pg_stat_get_activity
		pg_table_is_visible pg_table_size pg_tablespace_location pg_tablespace_size pg_total_relation_size
		pg_type_is_visible pg_typeof pg_wal_lsn_diff row_security_active shobj_description to_regclass
		to_regnamespace to_regproc to_regprocedure to_regrole to_regtype txid_current_if_assigned version
	`) {
		names[name] = true
	}
	return names
}()
