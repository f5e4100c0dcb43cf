//! `meshctl cluster list`
