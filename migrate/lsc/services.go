package lsc

import "strings"

// service is one of the plugin's destination services.
type service struct {
	// class and element that it goes by in a file.
	class, element string
	// table that it becomes in a link.
	table string
	// values is the dataset that holds a list, value the one that holds a
	// quota; given and family hold names. "" = it has none.
	values, value, given, family string
}

const plugin = "org.lsc.plugins.connectors.james."

// services are the seven of the plugin.
func services() []service {
	return []service{
		{class: "JamesUserDstService", element: "jamesUsersService", table: "users"},
		{class: "JamesAliasDstService", element: "jamesAliasService", table: "aliases", values: "sources"},
		{class: "JamesAddressMappingDstService", element: "jamesAddressMappingService", table: "mappings", values: "addressMappings"},
		{class: "JamesForwardDstService", element: "jamesForwardService", table: "forwards", values: "forwards"},
		{class: "JamesMailQuotaSizeDstService", element: "jamesMailQuotaSizeService", table: "quotas", value: "mailQuotaSize"},
		{class: "TMailContactDstService", element: "tmailContactService", table: "contacts", given: "firstname", family: "surname"},
		{class: "JamesIdentityDstService", element: "jamesIdentityService", table: "identities", given: "firstname", family: "surname"},
	}
}

// serviceOf finds a service by the class of a destination.
func serviceOf(class string) (service, bool) {
	name, ours := strings.CutPrefix(class, plugin)
	for _, s := range services() {
		if ours && s.class == name {
			return s, true
		}
	}
	return service{}, false
}

// tables are the tables of a link, in the order of its reference.
func tables() []string {
	return []string{"users", "aliases", "mappings", "forwards", "quotas", "contacts", "identities"}
}
