package ldapd

import (
	ber "github.com/go-asn1-ber/asn1-ber"
)

// Operations, by the number of their application tag (RFC 4511, section 4.2 and
// on).
const (
	opBind             ber.Tag = 0
	opBindResponse     ber.Tag = 1
	opUnbind           ber.Tag = 2
	opSearch           ber.Tag = 3
	opEntry            ber.Tag = 4
	opDone             ber.Tag = 5
	opModify           ber.Tag = 6
	opAdd              ber.Tag = 8
	opDelete           ber.Tag = 10
	opRename           ber.Tag = 12
	opCompare          ber.Tag = 14
	opAbandon          ber.Tag = 16
	opReference        ber.Tag = 19
	opExtended         ber.Tag = 23
	opExtendedResponse ber.Tag = 24
)

// Result codes (RFC 4511, appendix A).
const (
	success              = 0
	protocolError        = 2
	sizeLimitExceeded    = 4
	methodNotSupported   = 7
	referral             = 10
	unavailableExtension = 12
	needsTLS             = 13
	noSuchObject         = 32
	invalidDN            = 34
	invalidCredentials   = 49
	unwilling            = 53
)

const (
	oidPages      = "1.2.840.113556.1.4.319"   // RFC 2696
	oidManageDSA  = "2.16.840.1.113730.3.4.2"  // RFC 3296
	oidSync       = "1.3.6.1.4.1.4203.1.9.1.1" // RFC 4533
	oidStartTLS   = "1.3.6.1.4.1.1466.20037"   // RFC 4511, section 4.14
	oidWhoAmI     = "1.3.6.1.4.1.4203.1.11.3"  // RFC 4532
	oidTrueFilter = "1.3.6.1.4.1.4203.1.5.3"   // RFC 4526
	oidAllOper    = "1.3.6.1.4.1.4203.1.5.1"   // RFC 3673: "+"
)

func message(id int64, op, controls *ber.Packet) *ber.Packet {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(op)
	if controls != nil {
		m.AppendChild(controls)
	}
	return m
}

func octetString(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func resultOf(op ber.Tag, r Result) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, op, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, r.Code, ""))
	p.AppendChild(octetString(r.Matched))
	p.AppendChild(octetString(r.Text))
	if len(r.Referrals) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "")
		for _, uri := range r.Referrals {
			list.AppendChild(octetString(uri))
		}
		p.AppendChild(list)
	}
	return p
}

// pageControl is the answer to a page: a guess at how many entries there are (0
// = none is made), and the cookie.
func pageControl(cookie string) *ber.Packet {
	value := ber.NewSequence("")
	value.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""))
	value.AppendChild(octetString(cookie))
	control := ber.NewSequence("")
	control.AppendChild(octetString(oidPages))
	control.AppendChild(octetString(string(value.Bytes())))
	list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	list.AppendChild(control)
	return list
}

// send writes one message; it is flushed with the end of the answer.
func (c *session) send(id int64, op, controls *ber.Packet) error {
	_, err := c.w.Write(message(id, op, controls).Bytes())
	return err
}

// finish writes the end of an answer.
func (c *session) finish(id int64, op, controls *ber.Packet, f Fault) error {
	if err := c.send(id, op, controls); err != nil {
		return err
	}
	if _, err := c.w.Write(f.Inject); err != nil {
		return err
	}
	return c.w.Flush()
}
